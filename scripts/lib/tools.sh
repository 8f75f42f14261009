# shellcheck shell=bash
# What the other scripts need from the machine: sourced, not run.

# Servers of Debian packages live where only root looks for programs.
export PATH="$PATH:/usr/sbin:/usr/local/sbin"

have() { command -v "$1" >/dev/null 2>&1; }

die() {
  echo "error: $*" >&2
  exit 1
}

# tools PROGRAM...: fails with one line that names everything that is missing.
tools() {
  local missing=()
  for tool in "$@"; do have "$tool" || missing+=("$tool"); done
  ((${#missing[@]} == 0)) || die "please install: ${missing[*]}"
  [[ " $* " != *" node "* ]] || node_is_new_enough
}

# What builds the page says so itself, in other words and later.
node_is_new_enough() {
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
           process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1);' ||
    die "please install Node 20.19 or later: this is $(node --version)"
}

# packages PROGRAM=PACKAGE...: installs the Debian packages of missing programs, or says what to install.
packages() {
  local wanted=() pair
  for pair in "$@"; do
    # Two programs may be of one package.
    have "${pair%%=*}" || [[ " ${wanted[*]} " == *" ${pair#*=} "* ]] || wanted+=("${pair#*=}")
  done
  ((${#wanted[@]} > 0)) || return 0
  if [[ $(id -u) != 0 ]] || ! have apt-get; then
    die "please install: ${wanted[*]} (on Debian, as root: apt-get install ${wanted[*]})"
  fi
  echo "installing ${wanted[*]}"
  export DEBIAN_FRONTEND=noninteractive
  local options=(-qq -o DPkg::Lock::Timeout=300)
  for _ in 1 2 3; do
    if apt-get "${options[@]}" update >/dev/null &&
      apt-get "${options[@]}" install -y --no-install-recommends "${wanted[@]}" >/dev/null; then
      return 0
    fi
    # An update beside a running install can leave it half done.
    dpkg --configure -a >/dev/null || true
    apt-get "${options[@]}" install -y -f >/dev/null || true
    sleep 2
  done
  die "could not install ${wanted[*]}"
}

# from_pypi NAME: prints a directory with the programs that scripts/lib/NAME.txt pins; installs them, if that was not done since
# it last changed.
from_pypi() {
  local requirements directory=${CARGO_TARGET_DIR:-target}/$1
  requirements=$(dirname "${BASH_SOURCE[0]}")/$1.txt
  [[ $directory == /* ]] || directory=$PWD/$directory
  if ! cmp -s "$requirements" "$directory/installed.txt"; then
    packages python3=python3 >&2
    # Debian's Python comes without what makes environments, which is no program of its own.
    python3 -c 'import ensurepip' 2>/dev/null || packages python3-venv=python3-venv >&2
    python3 -m venv --clear "$directory" &&
      "$directory/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements" >&2 &&
      cp "$requirements" "$directory/installed.txt" || return 1
  fi
  echo "$directory/bin"
}

# web_dependencies DIRECTORY: installs what package-lock.json names, if that was not done since it last changed.
web_dependencies() {
  local installed="$1/node_modules/.package-lock.json"
  if [[ ! -e $installed || "$1/package-lock.json" -nt $installed ]]; then
    (cd "$1" && npm ci --no-audit --no-fund) && touch "$installed"
  fi
}
