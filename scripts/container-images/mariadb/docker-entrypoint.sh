#!/bin/sh
# What the official image's entry point does with its usual variables, and no more.
set -eu

[ "${1#-}" = "$1" ] || set -- mariadbd "$@"
case $1 in
  mariadbd | mysqld) ;;
  *) exec "$@" ;;
esac

data=/var/lib/mysql
if [ "$(id -u)" = 0 ]; then
  find "$data" \! -user mysql -exec chown mysql:mysql '{}' +
  exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
fi

if [ ! -d "$data/mysql" ]; then
  password=${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}}
  database=${MARIADB_DATABASE:-${MYSQL_DATABASE:-}}
  user=${MARIADB_USER:-${MYSQL_USER:-}}
  user_password=${MARIADB_PASSWORD:-${MYSQL_PASSWORD:-}}
  empty=${MARIADB_ALLOW_EMPTY_ROOT_PASSWORD:-${MYSQL_ALLOW_EMPTY_PASSWORD:-}}
  if [ -z "$password" ] && [ -z "$empty" ]; then
    echo "Database is uninitialized and password option is not specified: set MARIADB_ROOT_PASSWORD." >&2
    exit 1
  fi
  mariadb-install-db --datadir="$data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >/dev/null

  "$@" --skip-networking --socket=/run/mysqld/first.sock &
  first=$!
  tries=0
  until mariadb-admin --no-defaults --socket=/run/mysqld/first.sock -u root ping >/dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || exit 1
    sleep 0.1
  done
  {
    [ -z "$database" ] || echo "CREATE DATABASE IF NOT EXISTS \`$database\`;"
    if [ -n "$user" ]; then
      echo "CREATE USER '$user'@'%' IDENTIFIED BY '$user_password';"
      [ -z "$database" ] || echo "GRANT ALL ON \`$database\`.* TO '$user'@'%';"
    fi
    echo "CREATE USER 'root'@'%' IDENTIFIED BY '$password';"
    echo "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;"
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$password';"
  } | mariadb --no-defaults --socket=/run/mysqld/first.sock -u root
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sql) mariadb --no-defaults --socket=/run/mysqld/first.sock -u root -p"$password" $database <"$file" ;;
      *.sh) . "$file" ;;
    esac
  done
  kill "$first"
  wait "$first"
fi
exec "$@"
