import { isLocale, type Locale, locales, preferredLocale } from '../lib/i18n/locale';
import { siteTexts } from '../lib/i18n/site';
import { newRequestId } from '../lib/server/http/headers';
import { type ProblemCode, problems } from '../lib/server/http/problem';
import { isApiPath } from '../lib/server/http/request';
import { log } from '../lib/server/log';
import { countRefusal, type Refusal } from '../lib/server/metrics';
import type { EntryResponse, ReadHeader } from './http';

/** The problems that the entry itself responds with. */
export type EntryProblem = Extract<
	ProblemCode,
	| 'invalid_request'
	| 'method_not_allowed'
	| 'request_timeout'
	| 'payload_too_large'
	| 'headers_too_large'
	| 'busy'
	| 'internal_error'
>;

const REASONS: Readonly<Partial<Record<EntryProblem, Refusal>>> = {
	invalid_request: 'malformed',
	method_not_allowed: 'malformed',
	request_timeout: 'slow_request',
	payload_too_large: 'body_size',
	headers_too_large: 'header_size',
	busy: 'requests_process'
};

/** What is known about a refused request. */
interface RefusedRequest {
	/** The path of its URL; undefined if the URL is not valid. */
	pathname: string | undefined;
	header: ReadHeader;
}

/**
 * Refuses a request before it reaches the application: a page for a person, `{error, message, requestId}` for other clients. The refusal is
 * counted, and logged with the request id within the limit of `MAX_LINES`.
 */
export function refuse(
	code: EntryProblem,
	request: RefusedRequest,
	headers: Record<string, string> = {}
): EntryResponse {
	const reason = REASONS[code];
	if (reason) countRefusal(reason);
	const requestId = newRequestId();
	refusalLog.write({ requestId, code, status: problems[code].status });
	return responseFor(code, requestId, request, headers);
}

/** Logs an exception that the application did not catch, and creates the response. */
export function internalError(error: unknown, request: RefusedRequest): EntryResponse {
	const requestId = newRequestId();
	log.error('unexpected error', { requestId, where: 'entry', error });
	return responseFor('internal_error', requestId, request, {});
}

function responseFor(
	code: EntryProblem,
	requestId: string,
	request: RefusedRequest,
	headers: Record<string, string>
): EntryResponse {
	const { status, message, retryAfterSeconds } = problems[code];
	const page = isForPerson(request) ? refusalPage(code, requestId, request.header) : undefined;
	const text = page?.html ?? JSON.stringify({ error: code, message, requestId });
	const body = new TextEncoder().encode(text);
	return {
		status,
		headers: {
			...headers,
			...page?.headers,
			'cache-control': 'no-store',
			'content-type': page ? 'text/html; charset=utf-8' : 'application/json',
			'content-length': String(body.length),
			'x-request-id': requestId,
			...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
			// The rest of the request is not read.
			...(status === 408 && { connection: 'close' })
		},
		body
	};
}

/** Browsers send no request without a valid URL. */
function isForPerson({ pathname, header }: RefusedRequest): boolean {
	return pathname !== undefined && !isApiPath(pathname) && (header('accept')?.includes('text/html') ?? false);
}

/** The maximum number of refusals logged individually per minute, so that a flood does not fill the log. */
const MAX_LINES = 100;
const WINDOW_MS = 60_000;

interface RefusalLogDeps {
	readonly write: (message: string, fields: Readonly<Record<string, unknown>>) => void;
	/** Calls back once, after `ms` milliseconds. */
	readonly after: (ms: number, callBack: () => void) => void;
}

/** Logs refused requests up to a limit per minute, then how many more there were. */
export function createRefusalLog({ write, after }: RefusalLogDeps) {
	let lines = 0;
	let omitted = 0;

	function endWindow(): void {
		if (omitted > 0) write('refused requests without a log line of their own', { omitted });
		lines = 0;
		omitted = 0;
	}

	return {
		write(fields: Readonly<Record<string, unknown>>): void {
			if (lines === 0) after(WINDOW_MS, endWindow);
			if (lines === MAX_LINES) omitted += 1;
			else {
				lines += 1;
				write('a request was refused', fields);
			}
		}
	};
}

const refusalLog = createRefusalLog({
	write: log.info,
	after: (ms, callBack) => void setTimeout(callBack, ms)
});

/** Uses the browser's own colours and fonts: the portal's style sheets may be refused as well. */
const STYLE =
	':root{color-scheme:light dark;font:1.125rem/1.5 system-ui,sans-serif}body{margin:0 auto;max-width:40rem;padding:1.5rem}' +
	'h1{font-size:1.75rem;line-height:1.25}strong{user-select:all}section+section{margin-block-start:3rem}';

/**
 * A self-contained page for a person whose request does not reach the application, for example because of too many cookies. Without an
 * Accept-Language header (a request that could not be parsed has no headers) the page is in all languages.
 * @returns the page, and the Content-Security-Policy header for its style
 */
function refusalPage(
	code: EntryProblem,
	requestId: string,
	header: ReadHeader
): { html: string; headers: Record<string, string> } {
	const shown = localesOf(header);
	const [first] = shown;
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
${shown.map((locale, index) => section(code, requestId, locale, index === 0 ? 'h1' : 'h2')).join('\n')}
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

/** The page has fixed texts only: nothing from the request. */
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
