/**
 * The leash's watcher, for any POSIX sh. It reads from a pipe that only the supervisor holds open, one entry a line:
 *
 *   +process <pid> <start time> <signal>      +folder <path>      +name <path>      +run <command line>
 *   -<the same> takes an entry back
 *
 * and answers each line with its number. At the end of the pipe the supervisor is dead: each process that is still the
 * same one gets its signal, its group SIGKILL at most 200 ms later, whatever carries the cookie is swept, folders go.
 * Command lines run meanwhile; folders wait for them.
 * `$1` is the cookie. It stands in no environment here, or the watcher would sweep itself.
 */
export const leashScript = `
trap '' HUP INT QUIT TERM PIPE TSTP
set -f
cookie=$1
newline='
'
held=$newline
count=0

while IFS= read -r line; do
  entry=$newline\${line#?}$newline
  case $line in
    +*) held=$held\${line#?}$newline ;;
    -*) case $held in
          *"$entry"*) held=\${held%%"$entry"*}$newline\${held#*"$entry"} ;;
        esac ;;
  esac
  count=$((count + 1))
  echo "$count"
done

if [ -r /proc/self/stat ]; then
  look() {
    stat=
    started=
    read -r stat <"/proc/$1/stat" || return 0
    set -- \${stat##*) }
    started=\${20}
  }
else
  look() {
    set -- $(LC_ALL=C TZ=UTC ps -o lstart= -p "$1")
    IFS=_
    started="$*"
    IFS=' '
  }
fi

each() {
  IFS=$newline
  set -- "$1" $held
  IFS=' '
  do=$1
  shift
  for held_entry do
    "$do" "$held_entry"
  done
}

# The same one, or gone: its number cannot lead another group while members of its own live.
ours() {
  look "$1"
  [ -z "$started" ] || [ "$started" = "$2" ]
}

first_signal() {
  set -- $1
  [ "$1" = process ] || return 0
  look "$2"
  [ "$started" != "$3" ] || kill -s "$4" "$2"
}

note_living() {
  set -- $1
  [ "$1" = process ] || return 0
  if ours "$2" "$3" && kill -s 0 -- "-$2"; then living=yes; fi
}

kill_group() {
  set -- $1
  [ "$1" = process ] || return 0
  ! ours "$2" "$3" || kill -s KILL -- "-$2"
}

remove_folder() {
  case $1 in 'folder /'?*) ;; *) return 0 ;; esac
  for try in 1 2 3 4 5; do
    rm -rf -- "\${1#folder }" && return 0
    sleep 0.05
  done
}

# A name that leads nowhere by now, and its folder if nothing else is in it. A successor's name leads somewhere.
remove_name() {
  case $1 in 'name /'?*) ;; *) return 0 ;; esac
  link=\${1#name }
  if [ -L "$link" ] && [ ! -e "$link" ]; then rm -f -- "$link"; fi
  rmdir -- "\${link%/*}"
}

run_command() {
  case $1 in 'run '*) eval "\${1#run }" </dev/null >/dev/null 2>&1 & ;; esac
}

each run_command
each first_signal
for try in 1 2 3 4 5 6 7 8 9 10; do
  living=
  each note_living
  [ -n "$living" ] || break
  sleep 0.02
done
each kill_group

if [ -r /proc/self/environ ]; then
  for try in 1 2 3 4 5; do
    set +f
    marked=$(grep -lsF "SHAKEDOWN_LEASH=$cookie." /proc/[0-9]*/environ)
    set -f
    [ -n "$marked" ] || break
    IFS=$newline
    for file in $marked; do
      pid=\${file#/proc/}
      kill -s KILL "\${pid%/environ}"
    done
    IFS=' '
  done
fi
wait
each remove_folder
each remove_name
`;
