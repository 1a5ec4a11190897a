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

  it('include a Python only where it has all of Django Channels', async () => {
    const tool = tools.find(({ name }) => name === 'channels_redis')!;
    expect(await findTool(tool, {})).toMatchObject({ version: expect.stringMatching(/^\d+\.\d+/) });
    const bare = { ...tool, versionArguments: ['-c', 'import a_module_that_is_not_there'] };
    expect(await findTool(bare, {})).toBeNull();
  });

  it('are asked for in one sentence that says what to install', () => {
    const sentence = missingSentence(tools);
    expect(sentence).toContain('apt-get install redis-server chromium python3-django ');
    expect(sentence).toContain('REDIS_SERVER and CHROMIUM and DJANGO_PYTHON');
    expect(sentence.trim().split('\n')).toHaveLength(1);
  });
});
