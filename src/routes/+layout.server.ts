import { texts } from '$lib/i18n';
import { signInPath } from '$lib/server/auth/login-page';
import { takeLinkedWallet } from '$lib/server/auth/sign-in-flow';
import { brandView } from '$lib/server/brand';
import { config } from '$lib/server/config';
import { isLookAhead } from '$lib/server/http/request';
import { AFTER_SIGN_IN, isFormAction, pagePath, PATH_HEADER } from '$lib/server/http/return-path';
import type { LayoutServerLoad } from './$types';

/** Pages are plain HTML by default. Pages that hydrate set this to true. */
export const csr = false;

/** The data of every page, which never includes a token. `path` is where the language switch returns to. */
export const load: LayoutServerLoad = ({ cookies, isSubRequest, locals, request, route, url }) => {
	const path = (isSubRequest && request.headers.get(PATH_HEADER)) || pagePath(url, isFormAction);
	// An address of the API has a page only if it is refused. After another sign-in, a callback is used up.
	const afterSignIn = path.startsWith('/api/') ? AFTER_SIGN_IN : path;
	// A sign-in page sends a signed-in person on, and the page after it says so.
	const isArrival = locals.session !== null && !route.id?.startsWith('/(public)/login') && !isLookAhead(request);
	return {
		/** What the first page after a sign-in says above its own content. The text, so that hydrated pages do not load it. */
		arrivalNotice: isArrival && takeLinkedWallet(cookies) ? texts(locals.locale()).account.wallets.linkedNotice : null,
		locale: locals.locale(),
		brand: brandView(locals.locale()),
		signInMethods: config().signInMethods,
		user: locals.session && {
			name: locals.session.name ?? null,
			signInUrl: signInPath(locals.session.provider, afterSignIn)
		},
		path
	};
};
