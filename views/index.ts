export { readAssets } from './assets.js';
export type { Page } from './layout.js';
export { views, type ViewMap } from './pages.js';
export { renderPage } from './render.js';
