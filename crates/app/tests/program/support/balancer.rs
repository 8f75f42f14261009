//! What stands in front of several servers: each new connection goes to one that says it is ready.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// How often servers are asked whether they are ready.
const ASK_EVERY: Duration = Duration::from_millis(100);

/// A proxy that knows TCP only; ends with this value.
pub(crate) struct Balancer {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

struct Servers {
    ready: Mutex<Vec<SocketAddr>>,
    next: AtomicUsize,
}

impl Servers {
    /// One of those that are ready, each in its turn.
    fn next(&self) -> Option<SocketAddr> {
        let ready = self.ready.lock().unwrap();
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        ready.get(turn.checked_rem(ready.len())?).copied()
    }
}

impl Balancer {
    pub(crate) fn before(servers: &[SocketAddr]) -> Self {
        let listener = StdListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Servers { ready: Mutex::new(servers.to_vec()), next: AtomicUsize::new(0) });
        let mut tasks = JoinSet::new();
        tasks.spawn(ask(Arc::clone(&state), servers.to_vec()));
        tasks.spawn(async move {
            let listener = TcpListener::from_std(listener).unwrap();
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(pass(client, Arc::clone(&state)));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { address, _tasks: tasks }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

async fn ask(state: Arc<Servers>, servers: Vec<SocketAddr>) {
    let http = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).timeout(Duration::from_secs(1));
    let http = http.build().unwrap();
    loop {
        let mut ready = Vec::new();
        for server in &servers {
            let answer = http.get(format!("http://{server}/health/ready")).send().await;
            if answer.is_ok_and(|answer| answer.status() == 200) {
                ready.push(*server);
            }
        }
        *state.ready.lock().unwrap() = ready;
        tokio::time::sleep(ASK_EVERY).await;
    }
}

async fn pass(mut client: TcpStream, state: Arc<Servers>) {
    for _ in 0..3 {
        // Nothing was sent yet, so another server can be tried.
        let Some(server) = state.next() else { return };
        if let Ok(mut server) = TcpStream::connect(server).await {
            let _ = copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
