import { isLocale, type Locale, locales, preferredLocale } from '../lib/i18n/locale';
import { siteTexts } from '../lib/i18n/site-texts';
import type { EntryProblem } from './refusal';
import type { ReadHeader } from './static-answer';

/** Colours and fonts are the browser's own: the page has to work where the portal's files are refused as well. */
const STYLE =
	':root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:40rem;padding:1.5rem}' +
	'h1{font-size:1.75rem;line-height:1.25}strong{user-select:all}section+section{margin-block-start:3rem}';

/**
 * A page for a person whose request never reaches the application, such as one with too many cookies. It needs no other file.
 * @param header reads the request's headers; of a request that could not be parsed none are known, and the page is in every language
 * @returns the page, and the policy that its style needs
 */
export function refusalPage(
	code: EntryProblem,
	requestId: string,
	header: ReadHeader
): { html: string; headers: Record<string, string> } {
	const wanted = localesOf(header);
	const [first] = wanted;
	const nonce = crypto.randomUUID();
	const html = `<!doctype html>
<html lang="${first}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${titleOf(code, first ?? 'en')}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
${wanted.map((locale, index) => section(code, requestId, locale, index === 0 ? 'h1' : 'h2')).join('\n')}
</main>
</body>
</html>
`;
	const policy = `default-src 'none'; style-src 'nonce-${nonce}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;
	return { html, headers: { 'content-security-policy': policy } };
}

function section(code: EntryProblem, requestId: string, locale: Locale, heading: 'h1' | 'h2'): string {
	const t = siteTexts(locale);
	const { title, what, next } = textsOf(code, locale);
	return `<section lang="${locale}">
<${heading}>${title}</${heading}>
<p>${what}</p>
<p>${next}</p>
<p>${t.helpCode}: <strong>${requestId}</strong></p>
<p>${t.helpCodeUse}</p>
<p><a href="/">${t.toHome}</a></p>
</section>`;
}

function titleOf(code: EntryProblem, locale: Locale): string {
	const t = siteTexts(locale);
	return `${t.errorTitle(textsOf(code, locale).title)} – ${t.product}`;
}

/** Texts of ours alone: nothing that a request holds is ever on the page. */
function textsOf(code: EntryProblem, locale: Locale) {
	const { errors } = siteTexts(locale);
	if (code === 'headers_too_large') return errors.tooManyCookies;
	return code === 'internal_error' ? errors.fault : errors.request;
}

function localesOf(header: ReadHeader): readonly Locale[] {
	const chosen = /(?:^|; ?)(?:__Host-)?portal\.locale=(\w{2})(?:;|$)/.exec(header('cookie') ?? '')?.[1];
	if (isLocale(chosen)) return [chosen];
	const accepted = header('accept-language');
	return accepted === null ? locales : [preferredLocale(accepted)];
}
