import { Controller, Get, Header, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type AuditKind, auditKinds, isAuditKind } from '../audit/audit-kinds.js';
import { AuditLog, type AuditRow } from '../audit/audit-log.js';
import { type AuditEvent, type AuditEvents, AuditQuery, ChatError } from '../protocol/index.js';
import { refusalOf } from '../socket/protocol-validation.js';
import { PageRenderer } from '../web/page.renderer.js';
import { textOf } from './account.visitors.js';
import { Administrators } from './administrators.js';

const PER_PAGE = 50;
const KINDS = Object.entries(auditKinds).map(([kind, { words }]) => ({ kind, words }));

/** Security events, for administrators, as a page that needs no script. */
@Controller('chat/~admin/audit')
export class AuditController {
  constructor(
    private readonly administrators: Administrators,
    private readonly log: AuditLog,
    private readonly pages: PageRenderer,
  ) {}

  @Get()
  async show(@Req() request: Request, @Res() response: Response, @Query() query: unknown): Promise<void> {
    const { user } = await this.administrators.require(request, response);
    const person = textOf(query, 'person').trim().slice(0, 200);
    const kind = textOf(query, 'kind');
    const before = Number(textOf(query, 'before') || Number.NaN);
    const { rows, more } = await this.log.page({
      person: person || undefined,
      kind: isAuditKind(kind) ? kind : undefined,
      before: Number.isSafeInteger(before) && before >= 0 ? before : undefined,
      limit: PER_PAGE,
    });
    this.pages.send(response, {
      view: 'audit',
      me: user,
      person,
      kind: isAuditKind(kind) ? kind : '',
      kinds: KINDS,
      events: rows.map(eventOf),
      first: Number.isNaN(before),
      more,
    });
  }
}

/** The same for programs: what collects them elsewhere asks page by page. */
@Controller('api/admin/audit')
export class AuditApiController {
  constructor(
    private readonly administrators: Administrators,
    private readonly log: AuditLog,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async list(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Query() query: unknown,
  ): Promise<AuditEvents> {
    // First: to everybody else a wrong question is answered like a right one.
    await this.administrators.require(request, response);
    const parsed = AuditQuery.safeParse(query);
    if (!parsed.success) throw refusalOf(parsed.error.issues);
    const { kind, ...rest } = parsed.data;
    const { rows, more } = await this.log.page({ ...rest, kind: kindOf(kind) });
    return { events: rows.map(eventOf), more };
  }
}

function kindOf(kind: string | undefined): AuditKind | undefined {
  if (kind === undefined || isAuditKind(kind)) return kind;
  throw new ChatError('bad_schema', 'kind: there is no such kind');
}

function eventOf({ at, ...row }: AuditRow): AuditEvent {
  return { ...row, at: new Date(at).toISOString() };
}
