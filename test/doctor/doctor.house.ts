import { startScript } from '../support/script.js';

/** What an operator sees: the text, and the exit code. */
export async function doctor(...args: string[]) {
  return doctorWith({}, ...args);
}

export async function doctorWith(env: Record<string, string>, ...args: string[]) {
  await using run = startScript(new URL('../../src/doctor/main.ts', import.meta.url), args, env);
  const text = (await run.rest()).join('\n');
  return { text: text + run.errors(), code: await run.ended };
}

export const quick = ['--listen', '0'];
