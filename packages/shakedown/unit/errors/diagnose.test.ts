import { describe, expect, test } from "vitest";
import { diagnose, diagnosisTable } from "../../src/errors/diagnose.ts";

/** What programs really print, by what it means. */
const printed: readonly (readonly [kind: string, line: string, says: string])[] = [
  [
    "port-in-use",
    "Error: listen EADDRINUSE: address already in use 127.0.0.1:3000",
    "port 3000 is in use by another process",
  ],
  [
    "port-in-use",
    "2026-11-21T12:30:45.123Z err Error: listen EADDRINUSE: address already in use :::8080",
    "port 8080 is in use by another process",
  ],
  [
    "port-in-use",
    "nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)",
    "port 80 is in use by another process",
  ],
  [
    "port-in-use",
    "# Warning: Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in use",
    "port 6379 is in use by another process",
  ],
  [
    "port-in-use",
    "OSError: [Errno 98] Address already in use",
    "the address is in use by another process",
  ],
  [
    "port-in-use",
    "Web server failed to start. Port 8080 was already in use.",
    "port 8080 is in use by another process",
  ],
  [
    "port-in-use",
    "listen tcp 127.0.0.1:9090: bind: address already in use",
    "port 9090 is in use by another process",
  ],
  [
    "connection-refused",
    "Error: connect ECONNREFUSED 127.0.0.1:5432",
    "nothing listens on port 5432",
  ],
  [
    "connection-refused",
    'connection to server at "127.0.0.1", port 5432 failed: Connection refused',
    "nothing listens on port 5432",
  ],
  [
    "connection-refused",
    "12:30:45 dial tcp [::1]:6379: connect: connection refused",
    "nothing listens on port 6379",
  ],
  [
    "credentials",
    'FATAL:  password authentication failed for user "app"',
    "a server refused the credentials of user app",
  ],
  [
    "credentials",
    "Access denied for user 'root'@'localhost' (using password: YES)",
    "a server refused the credentials of user root",
  ],
  [
    "credentials",
    "ReplyError: NOAUTH Authentication required.",
    "a server refused the credentials",
  ],
  [
    "database-missing",
    'FATAL:  database "shop" does not exist',
    'there is no database "shop" on the server that was asked',
  ],
  ["schema-missing", 'error: relation "users" does not exist', "the table users has not been made"],
  [
    "too-many-connections",
    "FATAL:  sorry, too many clients already",
    "a server has no connection left to give",
  ],
  [
    "database-lock",
    "ERROR:  deadlock detected",
    "a statement waited for a lock that another session held",
  ],
  [
    "database-lock",
    "sqlite3.OperationalError: database is locked",
    "a statement waited for a lock that another session held",
  ],
  [
    "database-lock",
    "ERROR 1213 (40001): Deadlock found when trying to get lock; try restarting transaction",
    "a statement waited for a lock that another session held",
  ],
  [
    "credentials",
    "Error: SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string",
    "a server refused the credentials",
  ],
  [
    "connection-refused",
    "kafka.errors.NoBrokersAvailable: NoBrokersAvailable",
    "nothing listens on the address",
  ],
  ["no-answer", "Error: connect ETIMEDOUT 10.0.0.7:5432", "port 5432 did not answer in time"],
  ["no-answer", "psycopg2.OperationalError: timeout expired", "a server did not answer in time"],
  [
    "invalid-input",
    'ERROR:  invalid input syntax for type uuid: "front door"',
    "a database refused a value that is no uuid",
  ],
  [
    "invalid-input",
    'new row for relation "cameras" violates check constraint "name_not_empty"',
    "a database refused a value by a check constraint",
  ],
  ["dependency-missing", "Error: Cannot find module 'express'", "express is not installed"],
  [
    "dependency-missing",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'hono' imported from /app/server.js",
    "hono is not installed",
  ],
  [
    "dependency-missing",
    "ModuleNotFoundError: No module named 'fastapi'",
    "fastapi is not installed",
  ],
  [
    "dependency-missing",
    "redis-server: error while loading shared libraries: libjemalloc.so.2: cannot open shared object file",
    "libjemalloc.so.2 is not installed",
  ],
  ["program-missing", "Error: spawn uvicorn ENOENT", "the program uvicorn is not on PATH"],
  ["program-missing", "sh: 1: gunicorn: not found", "the program gunicorn is not on PATH"],
  ["host-unknown", "Error: getaddrinfo ENOTFOUND postgres", 'the host "postgres" is not known'],
  [
    "tls",
    "Error: The server does not support SSL connections",
    "one side speaks TLS and the other does not, or its certificate is not trusted",
  ],
  [
    "configuration-missing",
    "Error: environment variable DATABASE_URL is not set",
    "the process wants DATABASE_URL in its environment",
  ],
  [
    "configuration-missing",
    "KeyError: 'SECRET_KEY'",
    "the process wants SECRET_KEY in its environment",
  ],
  ["disk-full", "ENOSPC: no space left on device, write", "a disk is full (or has no inodes left)"],
  [
    "out-of-memory",
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    "memory ran out",
  ],
  [
    "open-files",
    "Error: EMFILE: too many open files, open 'a.txt'",
    "the limit of open files is reached",
  ],
  [
    "permission",
    "Error: EACCES: permission denied, mkdir '/data'",
    "this user may not do that: Error: EACCES: permission denied, mkdir '/data'",
  ],
];

test.each(printed)("%s: %s", (kind, line, says) => {
  expect(diagnose(["starting up", line, "at Server.listen (node:net:1963:16)"])).toMatchObject({
    kind,
    says,
  });
});

describe("of several causes", () => {
  test("the one behind the others is told, wherever it stands", () => {
    const texts = [
      "connect ECONNREFUSED 127.0.0.1:5432",
      "PANIC: could not write: No space left on device",
    ];
    expect(diagnose(texts)?.kind).toBe("disk-full");
  });

  test("nothing is told of what is not known", () => {
    expect(diagnose(["listening on http://127.0.0.1:8080", "TypeError: x is not a function"])).toBe(
      undefined,
    );
  });
});

test.each(diagnosisTable)("the table's own example of $kind is recognised", ({ kind, example }) => {
  expect(diagnose([example])?.kind).toBe(kind);
});
