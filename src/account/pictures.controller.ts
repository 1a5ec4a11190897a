import { Controller, Get, Param, Res } from '@nestjs/common';
import type { Response } from 'express';
import { ChatError } from '../protocol/index.js';
import { PicturesService } from './pictures.service.js';

/** What people look like. Public, and for good: another picture has another name. */
@Controller('pictures')
export class PicturesController {
  constructor(private readonly pictures: PicturesService) {}

  @Get(':id')
  async show(@Param('id') id: string, @Res() response: Response): Promise<void> {
    const picture = await this.pictures.find(id);
    if (!picture) throw new ChatError('not_found', 'nothing here');
    response.set({
      'Content-Type': picture.type,
      // Whatever hides in it: it is shown inside of pages of ours, and nothing else.
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Content-Disposition': 'attachment',
      'X-Content-Type-Options': 'nosniff',
      'Cache-Control': 'public, max-age=31536000, immutable',
    });
    response.end(picture.bytes);
  }
}
