import { signInPath } from '$lib/server/auth/login-path';
import { brandView } from '$lib/server/brand/view';
import { config } from '$lib/server/config';
import type { LayoutServerLoad } from './$types';

/** The data of every page, which never includes a token. `path` is where the language switch returns to. */
export const load: LayoutServerLoad = ({ locals, url }) => {
	const path = url.pathname + queryOf(url);
	return {
		locale: locals.locale(),
		brand: brandView(locals.locale()),
		signInMethods: config().signInMethods,
		user: locals.session && {
			name: locals.session.name ?? null,
			signInUrl: signInPath(locals.session.provider, path)
		},
		path
	};
};

/** The query without the name of a form action (`?/start`), which is valid in a POST only. */
function queryOf({ searchParams }: URL): string {
	const kept = [...searchParams].filter(([name]) => !name.startsWith('/'));
	return kept.length > 0 ? `?${new URLSearchParams(kept)}` : '';
}
