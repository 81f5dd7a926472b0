import * as v from 'valibot';
import type { Visit } from '../../harness/browser.ts';
import type { PassingResponse } from '../../harness/proxy.ts';
import { claimsOf } from '../../sandbox/identity.ts';
import { personById, type PersonId } from '../../sandbox/people.ts';

/** Data that must not occur in a response: its name, and a pattern that matches it. */
export type Secret = readonly [name: string, pattern: RegExp];

const Tokens = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		access_token: v.optional(v.string()),
		refresh_token: v.optional(v.string()),
		id_token: v.optional(v.string())
	})
);

export function secret(name: string, value: string): Secret {
	if (value.length < 8) throw new Error(`"${name}" is too short to be searched for`);
	return [name, new RegExp(escaped(value))];
}

/**
 * The claims of a wallet about a person. Patterns match whole words, because short names also occur by chance in encrypted
 * text.
 */
export function claimSecrets(id: PersonId, names: readonly string[]): Secret[] {
	const claims = claimsOf(personById(id));
	return names.flatMap((name) =>
		[claims[name]]
			.flat()
			.map((value): Secret => [`${id}'s ${name}`, new RegExp(`(?<!\\w)${escaped(String(value))}(?!\\w)`)])
	);
}

/** Lists the secrets that occur in responses: in the status line, a header or the body, plain, escaped or in base64. */
export function leaksIn(visits: readonly Visit[], secrets: readonly Secret[]): string[] {
	return visits.flatMap((visit) =>
		secretsIn(bytesOf(visit), secrets).map((name) => `${name} in ${visit.method} ${visit.url.pathname}`)
	);
}

/** Names the secrets that occur in a text: plain, escaped or in base64. */
export function secretsIn(text: string, secrets: readonly Secret[]): string[] {
	const all = readings(text);
	return secrets.filter(([, pattern]) => pattern.test(all)).map(([name]) => name);
}

/** The tokens in a response of the STS's token endpoint, and the PKCE verifier in its request. */
export function tokenSecrets({ path, requestBody, body }: PassingResponse): Secret[] {
	if (path !== '/token') return [];
	const tokens = v.safeParse(Tokens, body);
	const verifier = new URLSearchParams(requestBody).get('code_verifier') ?? undefined;
	const found = Object.entries({ ...(tokens.success && tokens.output), 'PKCE verifier': verifier });
	return found.flatMap(([name, value]) => (value === undefined ? [] : [secret(name, value)]));
}

function bytesOf({ status, statusText, headers, text }: Visit): string {
	return [`${status} ${statusText}`, ...[...headers].map((pair) => pair.join(': ')), text].join('\n');
}

/** A text, together with the decoded forms of what is encoded in it. */
function readings(text: string): string {
	const encoded = text.match(/[\w+/-]{16,}/g) ?? [];
	const decoded = encoded.map((run) => Buffer.from(run, 'base64').toString('latin1'));
	const unescaped = text.replaceAll(/%[\da-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
	return [text, unescaped, ...decoded].join('\n');
}

function escaped(text: string): string {
	return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
