/** Who has to act, which decides the exit status: 1 the tests, 2 the user's input, 3 the machine, 4 Shakedown itself. */
export type ExitClass = 1 | 2 | 3 | 4;

interface CodeRow {
  readonly exit: ExitClass;
  readonly httpStatus: number;
  readonly meaning: string;
}

/** Every error code, sorted by area. docs/reference/errors.md holds the same rows; a test compares the two. */
export const errorCodes = {
  CACHE_IN_USE: {
    exit: 3,
    httpStatus: 409,
    meaning: "What was to be removed is in use by a run, or by services that are kept.",
  },
  CLI_USAGE: {
    exit: 2,
    httpStatus: 400,
    meaning: "A command was called with an unknown flag or a missing argument.",
  },
  CONTAINER_DISK_FULL: {
    exit: 3,
    httpStatus: 507,
    meaning: "The container engine's disk is full.",
  },
  CONTAINER_ENGINE_DENIED: {
    exit: 3,
    httpStatus: 403,
    meaning: "This user may not use the container engine's socket.",
  },
  CONTAINER_ENGINE_NONE: {
    exit: 3,
    httpStatus: 503,
    meaning: "No container engine answers.",
  },
  CONTAINER_ENGINE_OLD: {
    exit: 3,
    httpStatus: 503,
    meaning: "The container engine speaks only versions of its API that are too old.",
  },
  CONTAINER_MOUNT: {
    exit: 2,
    httpStatus: 400,
    meaning: "A file or folder could not be mounted into a container.",
  },
  CONTAINER_PORT_TAKEN: {
    exit: 3,
    httpStatus: 409,
    meaning: "A container did not get the port of this machine that it was to have.",
  },
  CONTROL_PROTOCOL: {
    exit: 4,
    httpStatus: 400,
    meaning: "Client and supervisor did not understand each other.",
  },
  DATABASE_NOT_FOR_TESTS: {
    exit: 2,
    httpStatus: 400,
    meaning: "A URL points at a database whose name does not say that it is for tests.",
  },
  DRIVER_MISSING: {
    exit: 2,
    httpStatus: 400,
    meaning: "An npm package that the call needs is not installed.",
  },
  ENVIRONMENT_INVALID: {
    exit: 2,
    httpStatus: 400,
    meaning: "An environment variable of Shakedown's says something that it does not know.",
  },
  FOLDER_NOT_OURS: {
    exit: 3,
    httpStatus: 500,
    meaning: "A folder that has to be private belongs to another user.",
  },
  IMAGE_BUILD_FAILED: {
    exit: 2,
    httpStatus: 400,
    meaning: "An image was not built from its Dockerfile.",
  },
  IMAGE_MISSING: {
    exit: 3,
    httpStatus: 404,
    meaning: "An image is not here and could not be pulled.",
  },
  IMAGE_PLATFORM: {
    exit: 3,
    httpStatus: 501,
    meaning: "An image does not exist for this processor.",
  },
  IMAGE_PULL_LIMIT: {
    exit: 3,
    httpStatus: 429,
    meaning: "The registry's limit of pulls is reached.",
  },
  INSTALL_UNSUPPORTED: {
    exit: 3,
    httpStatus: 501,
    meaning: "Shakedown cannot install this program on this machine by itself.",
  },
  INTERNAL: { exit: 4, httpStatus: 500, meaning: "A bug in Shakedown." },
  MACHINE_LIMIT: {
    exit: 3,
    httpStatus: 507,
    meaning:
      "The operating system refused something: the disk is full, a limit is reached, or a path is not ours.",
  },
  MIGRATION_FAILED: {
    exit: 2,
    httpStatus: 400,
    meaning: "A migration or a seed of a service did not run to its end.",
  },
  PROCESS_EXITED: {
    exit: 3,
    httpStatus: 502,
    meaning: "A process ended before it was ready, or while it was needed.",
  },
  PROVIDER_NONE: {
    exit: 3,
    httpStatus: 503,
    meaning: "No provider of a service works on this machine.",
  },
  REQUEST_FAILED: {
    exit: 1,
    httpStatus: 502,
    meaning: "A test's request got no answer, or another one than it asked for.",
  },
  RESET_BLOCKED: {
    exit: 1,
    httpStatus: 409,
    meaning: "A reset waited for a transaction of the application until its budget was spent.",
  },
  RESET_UNSUPPORTED: {
    exit: 2,
    httpStatus: 400,
    meaning: "The chosen way of resetting does not work for this service.",
  },
  SERVICE_DIED: {
    exit: 1,
    httpStatus: 502,
    meaning: "A service ended by itself while tests needed it.",
  },
  SERVICE_UNKNOWN: { exit: 2, httpStatus: 404, meaning: "A name is not a service of the stack." },
  SESSION_ENDED: {
    exit: 3,
    httpStatus: 410,
    meaning: "The run's session with the supervisor is over.",
  },
  SLOTS_EXHAUSTED: { exit: 3, httpStatus: 409, meaning: "Every slot is held." },
  STACK_INVALID: {
    exit: 2,
    httpStatus: 400,
    meaning: "The stack has mistakes; all of them are listed.",
  },
  STACK_MISSING: { exit: 2, httpStatus: 404, meaning: "No stack file was found, or several." },
  STACK_RUNNING: {
    exit: 2,
    httpStatus: 409,
    meaning: "A command needs the stack to be stopped, and it is running.",
  },
  STACK_UNREADABLE: {
    exit: 2,
    httpStatus: 400,
    meaning: "The stack file does not parse, or throws.",
  },
  START_FAILED: { exit: 3, httpStatus: 502, meaning: "A service could not be started." },
  START_TIMEOUT: { exit: 3, httpStatus: 504, meaning: "The stack was not ready within its limit." },
  STOP_TIMEOUT: {
    exit: 3,
    httpStatus: 504,
    meaning: "A service did not stop within its budget, and was ended by force.",
  },
  SUPERVISOR_UNREACHABLE: { exit: 3, httpStatus: 503, meaning: "The supervisor does not answer." },
  TEST_SETUP: {
    exit: 2,
    httpStatus: 400,
    meaning: "A test file uses Shakedown in a way that cannot work.",
  },
  WAIT_TIMEOUT: { exit: 1, httpStatus: 504, meaning: "A condition did not hold within its limit." },
} as const satisfies Record<string, CodeRow>;

export type ErrorCode = keyof typeof errorCodes;
