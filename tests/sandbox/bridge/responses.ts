import { generate } from 'lean-qr';
import { toSvgSource } from 'lean-qr/extras/svg';
import { claimsOf, federatedSubject } from '../identity.ts';
import type { Dialect } from './errors.ts';
import type { WalletSession } from './session.ts';
import type { dcApiOffer } from './dc-api.ts';
import type { requestedClaims } from '../verifier/queries.ts';

/** Fields of the response to `create` that a Bridge may leave out. */
interface Extensions {
	readonly requestedClaims?: ReturnType<typeof requestedClaims>;
	readonly dcApi?: ReturnType<typeof dcApiOffer>['dcApi'];
}

/**
 * The response to `create`; `requestUri` is the link of the verifier.
 * @param bytes the minimum length of the address, as if it contained its request by value; 0: there is none
 */
export function createdResponse(
	dialect: Dialect,
	session: WalletSession,
	requestUri: string,
	bytes = 1,
	extensions: Extensions = {}
) {
	const padded = bytes > requestUri.length ? `${requestUri}&by-value=`.padEnd(bytes, 'x') : requestUri;
	const isEmpty = bytes === 0;
	const common = {
		sessionId: session.id,
		requestUri: isEmpty ? '' : padded,
		qrCodeDataUri: isEmpty || padded !== requestUri ? '' : qrDataUri(requestUri),
		statusUri: `/auth/oid4vp/sessions/${session.id}/status`,
		qrPageUri: requestUri,
		...extensions
	};
	if (dialect === 'doc') return common;
	return {
		...common,
		status: session.status,
		correlationId: `corr-${session.id.slice(0, 8)}`,
		expiresAt: session.expiresAt
	};
}

/** The response to `status`. In the `field` dialect it contains personal data once the wallet has responded. */
export function statusResponse(dialect: Dialect, session: WalletSession, status: string) {
	const { id: sessionId, plan, errorCode } = session;
	const need = session.idvDone ? undefined : plan;
	if (dialect === 'doc') {
		return {
			sessionId,
			status,
			idvRequired: status === 'IDV_REQUIRED',
			idvRequirementReason: need?.reason ?? null,
			reconciliationPlanType: plan?.planType ?? null
		};
	}
	return {
		sessionId,
		status,
		expiresAt: session.expiresAt,
		...(status === 'IDV_REQUIRED' && {
			idvRequirementReason: need?.reason,
			idvMessage: `Session ${sessionId} needs identity verification`
		}),
		...(errorCode !== undefined && { errorCode, errorMessage: `Session ${sessionId} ended: ${errorCode}` }),
		...(session.holder !== undefined && { mappedClaims: mappedClaims(session) })
	};
}

/** The final response to `complete`: all data about the person. */
export function resolvedResponse(session: WalletSession) {
	return {
		userId: session.person === undefined ? null : federatedSubject(session.person),
		claims: session.person === undefined ? {} : claimsOf(session.person),
		isNewUser: session.isNewUser,
		acr: 'https://refeds.org/profile/mfa',
		amr: ['wallet', 'hwk'],
		authenticatedAt: new Date().toISOString()
	};
}

function mappedClaims({ transaction }: WalletSession) {
	const { given_name, family_name, birthdate, email, eduid } = transaction?.presentation?.claims ?? {};
	// Some credential formats return attributes as lists.
	return { given_name: [given_name], family_name, birthdate, email, eduid };
}

function qrDataUri(text: string): string {
	const svg = toSvgSource(generate(text), { on: '#000', off: '#fff', pad: 4 });
	return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
