import { accountViews } from './account/index.js';
import { roomViews } from './rooms/index.js';
import { liveViews, type ViewMap } from './pages.js';

export { readAssets } from './assets.js';
export type { Page } from './layout.js';
export type { ViewMap } from './pages.js';
export { renderPage } from './render.js';

export const views: ViewMap = { ...liveViews, ...accountViews, ...roomViews };
