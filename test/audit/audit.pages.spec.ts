import { describe, expect, it } from 'vitest';
import { type AuditEntry, AuditLog, SqlAuditLog } from '../../src/index.js';
import { Browser, register } from '../account/browser-without-script.js';
import { call, textOf } from '../web/visitor.js';
import { startAudited } from './audit.house.js';

const path = '/chat/~admin/audit/';

describe('the page of the security log', () => {
  it('is not there for anybody but an administrator, and neither is the API', async () => {
    await using it = await startAudited();
    const ann = await register(it.chat.url, 'Ann');
    for (const browser of [ann, new Browser(it.chat.url)]) {
      const page = await browser.get(`${path}?before=x`);
      const missing = await browser.get('/chat/~admin/nothing/');
      expect([page.status, missing.status]).toEqual([404, 404]);
      expect(textOf(page)).toBe(textOf(missing));
      const { cookie } = browser;
      const answer = await call(it.chat, '/api/admin/audit?limit=wrong', { headers: { cookie } });
      const none = await call(it.chat, '/api/admin/nothing', { headers: { cookie } });
      expect([answer.status, answer.body]).toEqual([none.status, none.body]);
    }
    expect((await it.admin.get(path)).status).toBe(200);
  });

  it('is no matter of a key, even of an administrator', async () => {
    await using it = await startAudited();
    const made = await it.admin.post('/chat/~account/keys/', { keyName: 'a bot' });
    const key = /chat_[A-Za-z]{64}/.exec(made.html)?.[0] ?? '';
    expect((await call(it.chat, '/api/me', { headers: { 'x-api-key': key } })).status).toBe(200);
    const answer = await call(it.chat, '/api/admin/audit', { headers: { 'x-api-key': key } });
    expect(answer.status).toBe(404);
  });

  it('shows what happened, newest first, by person and by kind, page by page', async () => {
    await using it = await startAudited();
    const ann = await register(it.chat.url, 'Ann');
    const user = await it.idOf(ann);
    for (let n = 0; n < 30; n++) for (const action of ['promote', 'demote']) await it.act(action, user);
    const page = await it.admin.get(path);
    expect(textOf(page)).toMatch(/Administrator no more Boss → Ann 20\d\d-.* UTC , from 127\.0\.0\.1/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const older = /href="([^"]*before=\d+)"/.exec(page.html)?.[1] ?? '';
    const rest = await it.admin.get(older.replaceAll('&amp;', '&'));
    expect(textOf(rest)).toMatch(/Make administrator|Made administrator/);
    expect(rest.html).toContain('Newest');
    expect(rest.html).not.toContain('>Older<');
    const made = textOf(await it.admin.get(`${path}?person=Ann&kind=administrator_made`));
    expect(made.match(/Boss → Ann/g)).toHaveLength(30);
    expect(textOf(await it.admin.get(`${path}?person=Nobody`))).toContain('Nothing like this');
    expect(textOf(await it.admin.get('/chat/~admin/'))).toContain('Security log');
    for (const odd of ['before=-1', 'before=x', 'kind=__proto__', `person=${'x'.repeat(900)}`])
      expect((await it.admin.get(`${path}?${odd}`)).status).toBe(200);
    const { status, body } = await call(it.chat, '/api/admin/audit?kind=nothing', {
      headers: { cookie: it.admin.cookie },
    });
    expect([status, body['code']]).toEqual([400, 'bad_schema']);
  });
});

describe('a team', () => {
  it('puts its own log in the place of ours, or behind it', async () => {
    const sent: AuditEntry[] = [];
    class Forwarded extends SqlAuditLog {
      override async append(entry: AuditEntry): Promise<void> {
        await super.append(entry);
        sent.push(entry);
      }
    }
    await using it = await startAudited({}, { auditLog: Forwarded });
    expect(it.chat.app.get(AuditLog)).toBeInstanceOf(Forwarded);
    expect(sent.map(({ kind }) => kind)).toEqual(['registered']);
    expect(await it.events({})).toHaveLength(1);
  });
});
