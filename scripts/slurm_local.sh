#!/usr/bin/env bash
# A small SLURM on this machine, for tests: no systemd, nothing outside FOLDER, free ports, so several may run at once.
#   eval "$(scripts/slurm_local.sh start FOLDER [NODES])"   nodes n1, n2, … of 2 cores; 2 nodes unless given
#   scripts/slurm_local.sh stop FOLDER                      ends it with all its jobs, in whatever state they are
# start returns when every node is idle and prints the line that tells sbatch, squeue and the others of it. FOLDER keeps
# the logs, and n1.pid is the process to kill where a test loses that node. Root is not needed.
set -euo pipefail
PATH=$PATH:/usr/sbin
wait_seconds=60

die() { printf 'slurm_local: %s\n' "$*" >&2; exit 1; }
usage() { sed -n '3,4s/^# *//p' "$0" >&2; exit 2; }

check_programs() {
  local program missing=()
  for program in munged slurmctld slurmd sinfo; do command -v "$program" >/dev/null || missing+=("$program"); done
  [ ${#missing[@]} -eq 0 ] || die "not here: ${missing[*]}; scripts/setup.sh --slurm installs them (root or sudo)"
}

# Below the ports that the system gives to connections, so that none is taken between this and its use.
free_ports() { # COUNT
  python3 - "$1" <<'PYTHON'
import random, socket, sys
free = []
for port in random.sample(range(12000, 32000), 20000):
    with socket.socket() as one:
        try:
            one.bind(("", port))
            free.append(port)
        except OSError:
            continue
    if len(free) == int(sys.argv[1]):
        break
print(*free)
PYTHON
}

# A job that is put back into the queue waits for its credential's end: 120 s, unless cred_expire says less (5 is the
# least). This machine plays all nodes, each with 2 cores whatever it has, on the loopback alone. Processes of jobs are
# followed without cgroups.
write_configuration() { # PORT OF slurmctld, PORTS OF THE NODES ...
  local host i=0 port
  host=$(hostname -s)
  cat <<CONFIGURATION
ClusterName=local$1
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$1
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthInfo=socket=$folder/munge.socket,cred_expire=10
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation=$folder/state
SlurmctldPidFile=$folder/slurmctld.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdSpoolDir=$folder/%n
SlurmdPidFile=$folder/%n.pid
SlurmdLogFile=$folder/%n.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
ReturnToService=2
KillWait=5
MailProg=/bin/true
CONFIGURATION
  for port in "${@:2}"; do
    echo "NodeName=n$((++i)) NodeHostname=$host NodeAddr=127.0.0.1 Port=$port CPUs=2 RealMemory=$memory"
  done
  echo "PartitionName=main Nodes=ALL Default=YES State=UP"
}

launch() { # NAME PROGRAM [words ...]: a session of its own, which Ctrl-C for a test does not reach
  SLURM_CONF=$folder/slurm.conf setsid "${@:2}" </dev/null >"$folder/$1.said" 2>&1 &
  disown
}

start_all() {
  local i
  launch munged munged --foreground --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" \
    --pid-file="$folder/munged.pid" --seed-file="$folder/munge.seed"
  wait_for "munged" test -S "$folder/munge.socket"
  launch slurmctld slurmctld -D
  for ((i = 1; i <= nodes; ++i)); do launch "n$i" slurmd -D -N "n$i"; done
  wait_for "slurmctld and its nodes" all_idle
}

all_idle() { [ "$(SLURM_CONF=$folder/slurm.conf sinfo -h -N -o %t 2>/dev/null | grep -cx idle)" = "$nodes" ]; }

wait_for() { # WHAT COMMAND ...
  local until=$((SECONDS + wait_seconds))
  while ! "${@:2}"; do
    [ $SECONDS -lt $until ] || {
      kill_all
      die "$1 did not come up in $wait_seconds s: $(grep -h fatal "$folder"/*.said || echo "see $folder/*.said")"
    }
    sleep 0.1
  done
}

start() {
  check_programs
  folder=$(realpath -m "$folder")
  [ ${#folder} -le 70 ] || die "$folder: too long, sockets in it must have names of at most 107 bytes"
  { mkdir -p "$folder" && [ -w "$folder" ]; } 2>/dev/null || die "$folder cannot be written"
  [ -z "$(ls -A "$folder")" ] || die "$folder is not empty: name a new folder"
  local ports memory
  read -ra ports < <(free_ports $((nodes + 1)))
  [ ${#ports[@]} -eq $((nodes + 1)) ] || die "no $((nodes + 1)) free ports"
  memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
  mkdir "$folder/state"
  (umask 077 && head -c 1024 /dev/urandom >"$folder/munge.key")
  write_configuration "${ports[@]}" >"$folder/slurm.conf"
  start_all
  printf 'export SLURM_CONF=%q\n' "$folder/slurm.conf"
}

# The daemons and all that runs in a job. Whoever asks this SLURM names it in SLURM_CONF as well, but is in no job.
processes() {
  local file
  while read -r file; do
    file=${file%/environ}
    if grep -qsE '^(munged|slurm)' "$file/comm" || grep -qsz '^SLURM_JOB_ID=' "$file/environ"; then
      echo "${file#/proc/}"
    fi
  done < <(grep -lszxF "SLURM_CONF=$folder/slurm.conf" /proc/[0-9]*/environ)
}

kill_all() {
  local until=$((SECONDS + wait_seconds)) left
  while left=$(processes); [ -n "$left" ]; do
    # shellcheck disable=SC2086
    kill -KILL $left 2>/dev/null || true
    [ $SECONDS -lt $until ] || die "these processes do not end: ${left//$'\n'/ }"
    sleep 0.05
  done
}

stop() {
  folder=$(realpath "$folder")
  [ -e "$folder/slurm.conf" ] || die "$folder: no SLURM was started there"
  kill_all
}

[ $# -ge 2 ] || usage
folder=$2 nodes=${3:-2}
case "$1:$#" in
  start:[23]) [[ $nodes =~ ^[1-9][0-9]?$ ]] || die "NODES is a number from 1 to 99, not '$nodes'"; start ;;
  stop:2) stop ;;
  *) usage ;;
esac
