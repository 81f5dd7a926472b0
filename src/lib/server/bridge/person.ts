import * as v from 'valibot';
import type { Person } from '$lib/wallet/view';
import { optionalSessionId, status } from './fields';

const LONGEST_TEXT = 200;

/**
 * The one reader of the wallet's personal data: for the screen on `/login/identity`, and nothing else. A response that does
 * not say whose session it describes shows nobody.
 */
export const PersonAnswer = v.pipe(
	v.object({
		sessionId: optionalSessionId,
		/** Every response that describes a session has one. */
		status,
		mappedClaims: v.fallback(v.record(v.string(), v.unknown()), {})
	}),
	v.transform(({ sessionId, mappedClaims }) => ({
		sessionId,
		person: personFrom(sessionId === null ? {} : mappedClaims)
	}))
);

function personFrom(claims: Readonly<Record<string, unknown>>): Person {
	const givenName = firstText(claims.given_name, claims.givenName);
	const familyName = firstText(claims.family_name, claims.familyName);
	const birthdate = firstText(claims.birthdate, claims.birth_date, claims.birthDate);
	return {
		...(givenName === undefined ? {} : { givenName }),
		...(familyName === undefined ? {} : { familyName }),
		...(birthdate === undefined ? {} : { birthdate })
	};
}

/** The first usable text; a list is several texts, as for a person with two given names. */
function firstText(...values: readonly unknown[]): string | undefined {
	for (const value of values) {
		const parts = (Array.isArray(value) ? value : [value]).filter(
			(part) => typeof part === 'string' || typeof part === 'number'
		);
		const text = parts
			.join(' ')
			.replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
			.trim();
		if (text !== '') return text.slice(0, LONGEST_TEXT);
	}
	return undefined;
}
