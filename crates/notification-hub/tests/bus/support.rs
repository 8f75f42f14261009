//! Nodes, ears, and a Redis that can be broken.

mod node;
mod proxy;
mod redis;
mod redis_cluster;

pub(crate) use self::node::{Ear, Node, connect, connect_in, event, heard, person, silence, typing, within};
pub(crate) use self::proxy::Proxy;
pub(crate) use self::redis::{Redis, some_redis};
pub(crate) use self::redis_cluster::RedisCluster;
