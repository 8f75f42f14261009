//! The short versions of the fault runs: people chat, something breaks and is mended, and their own records show
//! whether every promise was kept. `just chaos` plays the long ones, and more of them.

#![expect(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chatapp_chaos::checker::Breach;
use chatapp_chaos::faults;
use chatapp_chaos::inputs::try_all;
use chatapp_chaos::run::{Plan, play};
use chatapp_chaos::stage::Engine;

async fn every_promise_is_kept(fault: &str, engine: Engine) {
    let fault = faults::named(fault).unwrap();
    let seed = u64::from(rand::random::<u32>());
    let binary = env!("CARGO_BIN_EXE_chatapp").into();
    let plan = Plan { binary, records: None, seed, short: true, settings: Vec::new() };
    let report = play(&plan, fault, engine).await;
    // Says aloud what was skipped, and why.
    eprintln!("{report}");
    let Ok(played) = &report.outcome else { return };
    assert_eq!(played.failure, None, "{report}");
    assert!(played.verdict.acked > 50, "hardly anything was sent: {report}");
    // Whether hints come within two seconds is measured where nothing else runs.
    let broken: Vec<Breach> = played.verdict.kinds().filter(|breach| *breach != Breach::Late).collect();
    assert_eq!(broken, [], "{report}");
}

#[tokio::test]
async fn nothing_is_lost_when_the_server_is_killed_on_sqlite() {
    every_promise_is_kept("server-killed", Engine::Sqlite).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_server_is_killed_on_mariadb() {
    every_promise_is_kept("server-killed", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_database_is_killed() {
    every_promise_is_kept("database-killed", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_hangs_when_the_database_stands_still() {
    every_promise_is_kept("database-frozen", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_missed_when_one_of_two_nodes_is_killed() {
    every_promise_is_kept("node-killed", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_missed_when_one_of_two_nodes_stands_still() {
    every_promise_is_kept("node-frozen", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_missed_when_redis_is_killed() {
    every_promise_is_kept("redis-killed", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_missed_when_redis_stands_still() {
    every_promise_is_kept("redis-frozen", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_missed_when_redis_is_silently_cut_off() {
    every_promise_is_kept("redis-cut", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_missed_when_a_master_of_a_redis_cluster_is_killed() {
    every_promise_is_kept("redis-master-killed", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_member_of_a_cluster_that_is_written_to_is_killed() {
    every_promise_is_kept("writer-killed", Engine::Galera).await;
}

#[tokio::test]
async fn everyone_is_told_when_the_server_stops() {
    every_promise_is_kept("stopped", Engine::Sqlite).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_disk_is_full_on_sqlite() {
    every_promise_is_kept("disk-full", Engine::Sqlite).await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_disk_is_full_on_mariadb() {
    every_promise_is_kept("disk-full", Engine::Mariadb).await;
}

#[tokio::test]
async fn nothing_depends_on_the_clock() {
    every_promise_is_kept("clock-jumps", Engine::Sqlite).await;
}

#[tokio::test]
async fn a_backup_under_load_has_everything_on_sqlite() {
    every_promise_is_kept("backup", Engine::Sqlite).await;
}

#[tokio::test]
async fn a_backup_under_load_has_everything_on_mariadb() {
    every_promise_is_kept("backup", Engine::Mariadb).await;
}

#[tokio::test]
async fn every_bad_input_gets_the_answer_that_it_deserves() {
    let seed = u64::from(rand::random::<u32>());
    let binary = env!("CARGO_BIN_EXE_chatapp").into();
    let plan = Plan { binary, records: None, seed, short: true, settings: Vec::new() };
    let inputs = try_all(&plan, &[Engine::Sqlite]).await.unwrap();
    eprintln!("seed {seed}\n{inputs}");
    assert!(inputs.is_good(), "{inputs}");
}
