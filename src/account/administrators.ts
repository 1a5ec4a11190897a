import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Audit } from '../audit/audit.js';
import type { Identity } from '../auth/auth-provider.js';
import { ChatError } from '../protocol/index.js';
import { AccountVisitors } from './account.visitors.js';
import { PeopleAdmin } from './people.admin.js';

/** Who may see what is for administrators. */
@Injectable()
export class Administrators {
  constructor(
    private readonly visitors: AccountVisitors,
    private readonly people: PeopleAdmin,
    private readonly audit: Audit,
  ) {}

  /** Throws `not_found`: to everybody else there is nothing here, and their asking is written down. */
  async require(request: Request, response: Response): Promise<Identity> {
    const me = await this.visitors.find(request, response);
    const isPerson = me !== null && !me.sessionId.startsWith('key:');
    try {
      await this.people.require(isPerson ? me.user.id : undefined);
    } catch (error) {
      if (error instanceof ChatError && error.code === 'not_found')
        await this.audit.note('administration_refused', { actor: me?.user.id, address: request.ip });
      throw error;
    }
    return me as Identity;
  }
}
