import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { MAX_SESSION_BYTES } from '../../lib/server/auth/cookie-budget';
import { createSeal } from '../../lib/server/auth/seal';
import type { Config } from '../../lib/server/config/parse';
import { fault, type Finding, ok, warning } from './finding';

/** A token response of the STS (RFC 6749 5.1), as saved to a file. */
const Tokens = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		access_token: v.string(),
		refresh_token: v.optional(v.string(), ''),
		id_token: v.optional(v.string(), '')
	})
);

/** What a session holds beside its tokens, with long names. */
const OTHER_FIELDS = 'x'.repeat(600);

/** How much of the room for cookies a session with real tokens takes. */
export async function examineCookie(
	{ secrets }: Pick<Config, 'secrets'>,
	file: string | undefined
): Promise<readonly Finding[]> {
	if (file === undefined)
		return [
			warning(
				'The size of the session cookie was not measured.',
				'Save a token response of the STS to a file, and name it: npm run doctor -- --tokens FILE'
			)
		];
	const tokens = readTokens(file);
	if (tokens === null)
		return [
			fault('The file with the tokens can’t be read.', 'It has to be a token response in JSON, with access_token.')
		];
	const { access_token, refresh_token, id_token } = tokens;
	const seal = createSeal(secrets, 'size');
	const sizeOf = async (...texts: string[]) => (await seal.seal([...texts, OTHER_FIELDS])).length;
	const whole = await sizeOf(access_token, refresh_token, id_token);
	const least = await sizeOf(access_token, refresh_token);
	const room = `of ${MAX_SESSION_BYTES} bytes`;
	if (whole <= MAX_SESSION_BYTES) return [ok(`A session takes ${whole} ${room}.`)];
	const advice = 'Have the STS put fewer claims, roles or groups into the portal’s tokens.';
	if (least <= MAX_SESSION_BYTES)
		return [warning(`A session takes ${whole} ${room}; without the ID token, which is left out, ${least}.`, advice)];
	return [fault(`A session takes ${least} ${room} even without its ID token: nobody can sign in.`, advice)];
}

function readTokens(file: string): v.InferOutput<typeof Tokens> | null {
	try {
		return v.parse(Tokens, readFileSync(file, 'utf8'));
	} catch {
		return null;
	}
}
