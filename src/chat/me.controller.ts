import { Body, Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Rename, type User } from '../protocol/index.js';
import { setCookies, Visitors } from '../web/visitors.js';
import { PeopleService } from './people.service.js';

@Controller('api/me')
export class MeController {
  constructor(
    private readonly visitors: Visitors,
    private readonly people: PeopleService,
  ) {}

  @Get()
  @Header('Cache-Control', 'no-store')
  async me(@Req() request: Request): Promise<{ user: User }> {
    return { user: await this.visitors.ofCall(request) };
  }

  @Post()
  @HttpCode(200)
  async rename(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
    @Body({ schema: Rename }) { name }: Rename,
  ): Promise<{ user: User }> {
    const identity = await this.people.rename(request, name);
    setCookies(response, identity);
    return { user: identity.user };
  }
}
