import { authRoutes } from './auth-routes';
import { otherRoutes } from './other-routes';
import type { ApiRoute } from './route';
import { walletRoutes } from './wallet-routes';

/** Every operation of the API, but for those of the institution's own services, which the configuration names. */
export const apiRoutes: readonly ApiRoute[] = [...walletRoutes, ...authRoutes, ...otherRoutes];
