import { defineStack } from "shakedown";
import { postgres } from "shakedown/postgres";

export default defineStack({ db: postgres({ migrate: "db" }) });
