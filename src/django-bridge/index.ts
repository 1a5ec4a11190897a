/** One conversation with a Django Channels app. Semver covers what is exported here. */
export { DjangoBridge, type DjangoBridgeReport } from './django-bridge.js';
export { DjangoBridgeModule } from './django-bridge.module.js';
export type { DjangoBridgeOptions } from './django-bridge.options.js';
export { djangoGroup } from './django-group.js';
