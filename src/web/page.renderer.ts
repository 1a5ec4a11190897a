import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import type { Response } from 'express';
import { CHAT_OPTIONS, type ChatModuleOptions } from '../chat/chat.options.js';
import type { PageData } from '../protocol/index.js';
import { readAssets } from '../../views/assets.js';
import { type Page, renderPage, type ViewMap, views as defaultViews } from '../../views/index.js';

/** Where the client bundle is, as built. */
export const CLIENT_FOLDER = join(import.meta.dirname, clientFolder());

/** From `dist/src/web` and from `src/web` alike. */
function clientFolder(): string {
  return import.meta.filename.endsWith('.ts') ? '../../dist/client' : '../../client';
}

/** Pages from their data. A team's view of the same name comes first. */
@Injectable()
export class PageRenderer implements OnModuleInit {
  private readonly logger = new Logger(PageRenderer.name);
  private views: ViewMap = defaultViews;
  private assets: Page['assets'] = { scripts: [], styles: [] };

  constructor(@Inject(CHAT_OPTIONS) private readonly options: ChatModuleOptions) {}

  async onModuleInit(): Promise<void> {
    try {
      this.assets = readAssets(join(CLIENT_FOLDER, 'manifest.json'));
    } catch {
      this.logger.warn('The client is not built: pages work without it, but are neither live nor styled.');
    }
    for (const folder of [...(this.options.views ?? [])].reverse()) {
      const entry = pathToFileURL(join(folder, 'index.js')).href;
      const { views } = (await import(entry)) as { views: Partial<ViewMap> };
      this.views = { ...this.views, ...views };
    }
  }

  send(response: Response, data: PageData, status = 200): void {
    const html = renderPage(data, { nonce: String(response.locals.nonce), assets: this.assets }, this.views);
    response.status(status).set('Cache-Control', 'no-store').type('html').send(html);
  }
}
