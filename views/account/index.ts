import { AccountPage } from './account.js';
import { AdminPage } from './admin.js';
import { AuditPage } from './audit.js';
import { CodePage, LeavePage, RegisterPage, ResetPage, SignInPage } from './sign-in.js';

/** Drawn on the server only: they are forms, and the browser's script stays small without them. */
export const accountViews = {
  'sign-in': SignInPage,
  register: RegisterPage,
  code: CodePage,
  leave: LeavePage,
  account: AccountPage,
  admin: AdminPage,
  audit: AuditPage,
  reset: ResetPage,
};
