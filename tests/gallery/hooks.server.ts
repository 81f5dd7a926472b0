/** The portal's own hooks; only who looks, and in which language, is told by the address. */
import type { Handle } from '@sveltejs/kit';
import { handle as portalHandle } from '../../src/hooks.server';
import { isLocale } from '../../src/lib/i18n/locale';
import { recordLinkedWallet } from '../../src/lib/server/auth/sign-in-flow';
import type { Session } from '../../src/lib/server/auth/session';
import { stateOf } from './states/index.ts';

export { handleError, init } from '../../src/hooks.server';

const somebody: Session = {
	id: 'gallery',
	generation: 0,
	provider: 'sts',
	sub: 'somebody',
	userId: 'somebody',
	name: 'Sanne de Vries',
	amr: [],
	authTime: 0,
	endsAt: 0,
	accessToken: 'none'
};

export const handle: Handle = ({ event, resolve }) =>
	portalHandle({
		event,
		resolve: async (inner, options) => {
			// The types know the portal's own routes.
			const { locale, name = '' }: Partial<Record<string, string>> = inner.params;
			const { session } = inner.locals;
			if (isLocale(locale)) inner.locals.locale = () => locale;
			if (stateOf(name)?.isSignedIn) inner.locals.session = somebody;
			if (stateOf(name)?.hasLinked) recordLinkedWallet(inner.cookies, true);
			const response = await resolve(inner, {
				...options,
				transformPageChunk: (chunk) =>
					options?.transformPageChunk?.({ ...chunk, html: chunk.html.replace('%lang%', inner.locals.locale()) })
			});
			// What the portal's hooks write into cookies is not the gallery's to decide.
			inner.locals.session = session;
			return response;
		}
	});
