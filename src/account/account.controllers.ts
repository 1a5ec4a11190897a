import { AccountController } from './account.controller.js';
import { AdminController } from './admin.controller.js';
import { AuditApiController, AuditController } from './audit.controller.js';
import { PicturesController } from './pictures.controller.js';
import { SafetyController } from './safety.controller.js';
import { ServiceController } from './service.controller.js';
import { SignInController } from './sign-in.controller.js';

/** In the order of their paths, which come before those of rooms. */
export const accountControllers = [
  SignInController,
  ServiceController,
  AccountController,
  SafetyController,
  AdminController,
  AuditController,
  AuditApiController,
  PicturesController,
];
