import { describe, expect, it } from 'vitest';
import { findTool, missingSentence, tools } from './tools.ts';

describe('the programs that the tests need', () => {
  it('are those the environment names, where it names any', async () => {
    const tool = { ...tools[0]!, candidates: () => [] };
    expect(await findTool(tool, { [tool.variable]: process.execPath })).toEqual({
      command: process.execPath,
      version: process.versions.node,
    });
  });

  it('are not looked for elsewhere where the one that is named does not run', async () => {
    const tool = { ...tools[0]!, candidates: () => [process.execPath] };
    await expect(findTool(tool, { [tool.variable]: '/nowhere/redis' })).rejects.toThrow(
      `${tool.variable} names /nowhere/redis`,
    );
  });

  it('are missing where what is there does not run', async () => {
    const tool = { ...tools[0]!, candidates: () => ['/nowhere/redis-server', 'false'] };
    expect(await findTool(tool, {})).toBeNull();
  });

  it('are asked for in one sentence that says what to install', () => {
    const sentence = missingSentence(tools);
    expect(sentence).toContain('apt-get install redis-server chromium');
    expect(sentence).toContain('REDIS_SERVER and CHROMIUM');
    expect(sentence.trim().split('\n')).toHaveLength(1);
  });
});
