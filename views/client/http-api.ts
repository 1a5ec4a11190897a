import type { User } from '../../src/protocol/events.js';
import type { EventsPage, HistoryPage, Problem, RoomSummary } from '../../src/protocol/http.js';
import type { FetchEvents, FetchHistory } from './catch-up.js';

/** A refusal in `application/problem+json`, or what stands for one when the server could not be asked. */
export class ApiProblem extends Error {
  constructor(
    readonly code: string,
    detail: string,
  ) {
    super(detail);
    this.name = 'ApiProblem';
  }
}

type Fetch = typeof fetch;

/** Rejects with `ApiProblem`; its message can be shown. */
async function ask<Answer>(fetcher: Fetch, path: string, init: RequestInit = {}): Promise<Answer> {
  let response: Response;
  try {
    response = await fetcher(path, {
      ...init,
      headers: { accept: 'application/json', ...init.headers },
      credentials: 'same-origin',
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    throw new ApiProblem('offline', 'The server cannot be reached. Check your connection and try again.');
  }
  const body: unknown = await response.json().catch(() => null);
  if (response.ok && body !== null) return body as Answer;
  const problem = (body ?? {}) as Partial<Problem>;
  throw new ApiProblem(
    problem.code ?? 'internal',
    problem.detail ?? 'Something went wrong. Try again in a moment.',
  );
}

export function historyOf(room: string, fetcher: Fetch): FetchHistory {
  return (query) => ask<HistoryPage>(fetcher, `${pathOf(room)}/messages?${searchOf(query)}`);
}

export function eventsOf(room: string, fetcher: Fetch): FetchEvents {
  return (query) => ask<EventsPage>(fetcher, `${pathOf(room)}/events?${searchOf(query)}`);
}

function pathOf(room: string): string {
  return `/api/rooms/${encodeURIComponent(room)}`;
}

function searchOf(query: Record<string, number>): URLSearchParams {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

export async function listRooms(fetcher: Fetch): Promise<RoomSummary[]> {
  return (await ask<{ rooms: RoomSummary[] }>(fetcher, '/api/rooms')).rooms;
}

export async function rename(name: string, fetcher: Fetch): Promise<User> {
  const answer = await ask<{ user: User }>(fetcher, '/api/me', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  return answer.user;
}
