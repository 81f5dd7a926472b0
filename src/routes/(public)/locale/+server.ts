import { isLocale } from '$lib/i18n';
import { cookieAttributes, cookieName, YEAR_SECONDS } from '$lib/server/http/cookies';
import { config } from '$lib/server/config';
import { endpoint, seeOther } from '$lib/server/http/endpoint';
import { invalidField } from '$lib/server/http/problem';
import { formText, readForm } from '$lib/server/http/body';
import { inLanguage, returnPath } from '$lib/server/http/return-path';
import type { RequestHandler } from './$types';

export const POST: RequestHandler = endpoint(async ({ request, cookies }) => {
	const form = await readForm(request);
	const locale = formText(form, 'locale');
	if (!isLocale(locale)) throw invalidField('locale');
	cookies.set(cookieName('locale'), locale, { ...cookieAttributes(), maxAge: YEAR_SECONDS });
	const path = returnPath(formText(form, 'returnTo') ?? '/', config().origin);
	// A browser that has sent no cookie may keep none. Then the address has to say the language.
	return seeOther(request.headers.has('cookie') ? path : inLanguage(path, locale, config().origin));
});
