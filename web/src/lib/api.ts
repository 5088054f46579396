// SPDX-License-Identifier: Apache-2.0
// Asks the page's own server, and nobody else.
import { server } from './server.svelte';

export type Problem = { path: string; sentence: string };

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly problems: Problem[],
  ) {
    super(problems.map((problem) => problem.sentence).join(' '));
  }
}

async function answer(response: Response): Promise<Response> {
  if (response.ok) return response;
  let problems: Problem[] = [];
  try {
    problems = (await response.json()).problems ?? [];
  } catch {
    // not one of our answers
  }
  if (!problems.length) problems = [{ path: '', sentence: `The server answered with ${response.status}.` }];
  throw new Refused(response.status, problems);
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(`/api/${path}`, options);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    server.lost();
    throw new Refused(0, [{ path: '', sentence: 'The server does not answer. Your settings are kept here.' }]);
  }
  server.found();
  return answer(response);
}

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await ask(path, { signal })).json();
}

export async function post<T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  return (await ask(path, { method: 'POST', headers, body: JSON.stringify(body), signal })).json();
}

/** Downloads what a POST answers with. */
export async function download(path: string, body: unknown, name: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  save(await response.blob(), name);
}

export function save(content: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function problemsOf(error: unknown): Problem[] {
  if (error instanceof Refused) return error.problems;
  return [{ path: '', sentence: `The page could not show this: ${(error as Error).message}` }];
}
