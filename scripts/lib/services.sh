# shellcheck shell=bash
# A throwaway MariaDB and Redis on free ports of the loopback address, in a temporary directory: sourced, not run.
# Both end, and the directory goes, with the script that started them.

services_directory=
services_processes=()
services_packages=(mariadbd=mariadb-server mariadb-install-db=mariadb-server redis-server=redis-server)

# services_start [durable]: exports CHATAPP_TEST_MYSQL_URL and CHATAPP_TEST_REDIS_URL. Unless it has to be durable,
# MariaDB does not wait for the disk.
services_start() {
  packages "${services_packages[@]}"
  services_directory=$(mktemp -d "${TMPDIR:-/tmp}/chatapp-services.XXXXXX")
  trap services_stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  start_mariadb "${1:-fast}"
  start_redis
}

services_stop() {
  local process
  for process in "${services_processes[@]}"; do kill -9 "$process" 2>/dev/null || true; done
  wait 2>/dev/null || true
  services_processes=()
  [[ -z $services_directory ]] || rm -rf "$services_directory"
  services_directory=
}

# A port that nothing listens on, below the range from which the system takes the ports of outgoing connections.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

start_mariadb() {
  local data="$services_directory/mariadb" socket="$services_directory/mariadb.sock" log="$services_directory/mariadb.log"
  local port process options=(--no-defaults --datadir="$data" --innodb-log-file-size=8M --innodb-use-native-aio=OFF)
  # Each server that starts clears away what others have open in the same folder for temporary files.
  mkdir -p "$services_directory/tmp"
  options+=(--tmpdir="$services_directory/tmp")
  [[ $(id -u) != 0 ]] || options+=(--user=root)
  # On a machine that is short of everything this fails now and then, and works when it is done again. Forced, it does so as well
  # where the machine's own name leads nowhere.
  for _ in 1 2 3; do
    rm -rf "$data"
    if mariadb-install-db "${options[@]}" --auth-root-authentication-method=normal --skip-test-db --force >"$log" 2>&1; then
      break
    fi
    sleep 1
  done
  [[ -d $data/mysql ]] || die "MariaDB could not be set up: $(tail -n 3 "$log")"
  options+=(--socket="$socket" --pid-file="$services_directory/mariadb.pid" --bind-address=127.0.0.1 --skip-name-resolve
    --skip-log-bin --max-connections=500 --innodb-buffer-pool-size=128M
    --character-set-server=utf8mb4 --collation-server=utf8mb4_bin)
  [[ $1 == durable ]] || options+=(--innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0)
  # Somebody may take the port between the look and the start.
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    mariadbd "${options[@]}" --port="$port" >"$log" 2>&1 &
    process=$!
    services_processes+=("$process")
    if answers "$process" mariadb-admin --no-defaults --user=root --socket="$socket" ping; then
      mariadb --no-defaults --user=root --socket="$socket" \
        --execute="CREATE USER test@'%' IDENTIFIED BY 'test'; GRANT ALL ON *.* TO test@'%'"
      export CHATAPP_TEST_MYSQL_URL="mysql://test:test@127.0.0.1:$port"
      return
    fi
  done
  die "MariaDB did not start: $(tail -n 3 "$log")"
}

start_redis() {
  local port process log="$services_directory/redis.log"
  for _ in 1 2 3 4 5; do
    port=$(free_port)
    redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$services_directory" >"$log" 2>&1 &
    process=$!
    services_processes+=("$process")
    if answers "$process" redis-cli -p "$port" ping; then
      export CHATAPP_TEST_REDIS_URL="redis://127.0.0.1:$port"
      return
    fi
  done
  die "Redis did not start: $(tail -n 3 "$log")"
}

# answers PROCESS COMMAND...: waits until the command succeeds, for as long as the process lives and 30 s at most.
answers() {
  local process=$1
  shift
  for _ in {1..600}; do
    kill -0 "$process" 2>/dev/null || return 1
    # A foreign server may sit on the port that ours failed to get.
    if "$@" >/dev/null 2>&1 && kill -0 "$process" 2>/dev/null; then return 0; fi
    sleep 0.05
  done
  return 1
}
