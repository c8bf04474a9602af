import { ShakedownError } from "../errors/shakedown-error.ts";
import type { ServiceLease, SlotLease } from "../isolation/lease.ts";
import { ownIdentity } from "../process/identity.ts";
import { whileItAnswers } from "./ask-supervisor.ts";
import { toSearch } from "./log-search.ts";
import type { SurveyedRung } from "../providers/survey-rungs.ts";
import type { RetiredSlot, ServiceChanges, SupervisorStatus } from "./protocol.ts";
import type { LogLines, SessionAddress, SessionClient } from "./session.ts";
import { call, isNobodyThere, type WireRequest } from "./wire.ts";

/** Joins the session that the run's main process holds; nothing is sent before the first call. */
export function joinSession(address: SessionAddress): SessionClient {
  const { socket, session } = address;
  const holder = ownIdentity();
  const ask = async <Answer>(wire: WireRequest): Promise<Answer> => {
    try {
      return await whileItAnswers(socket, call<Answer>(socket, wire));
    } catch (error) {
      throw isNobodyThere(error) ? gone(error) : error;
    }
  };
  const post = <Answer>(path: string, body: object = {}): Promise<Answer> =>
    ask<Answer>({ method: "POST", path: `/sessions/${session}${path}`, body });
  const get = <Answer>(path: string): Promise<Answer> => ask<Answer>({ method: "GET", path });
  return {
    address,
    start: async (services) =>
      void (await post("/start", services === undefined ? {} : { services })),
    borrow: (request) => post<SlotLease>("/slots", { ...request, holder }),
    giveBack: async (slot) => void (await post(`/slots/${slot}/return`)),
    rest: async (slot) => void (await post(`/slots/${slot}/rest`)),
    changes: (slot, sinceBytes) =>
      get<ServiceChanges>(`/sessions/${session}/slots/${slot}/changes?since=${sinceBytes}`),
    retire: (slot, request) => post<RetiredSlot>(`/slots/${slot}/retire`, request),
    restart: (service, slot) =>
      post<ServiceLease>(
        slot === undefined ? `/restart/${service}` : `/slots/${slot}/restart/${service}`,
      ),
    pause: (service, slot) => post<ServiceLease>(`/slots/${slot}/pause/${service}`),
    logs: async (query) => (await get<{ logs: LogLines[] }>(`/logs?${toSearch(query)}`)).logs,
    providers: async (service) =>
      (
        await get<{ providers: SurveyedRung[] }>(
          `/services/${encodeURIComponent(service)}/providers`,
        )
      ).providers,
    status: () => get<SupervisorStatus>("/status"),
    secrets: async () => (await get<{ secrets: string[] }>("/secrets")).secrets,
    async [Symbol.asyncDispose]() {},
  };
}

function gone(cause: unknown): ShakedownError {
  return new ShakedownError(
    "SESSION_ENDED",
    "the supervisor is gone, and the run's session with it",
    {
      hint: "Start the run again; the supervisor's own log is in .shakedown/stacks.",
      cause,
    },
  );
}
