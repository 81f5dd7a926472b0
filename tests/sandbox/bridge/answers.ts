import { generate } from 'lean-qr';
import { toSvgSource } from 'lean-qr/extras/svg';
import { claimsOf, federatedSubject } from '../identity.ts';
import type { Dialect } from './errors.ts';
import type { WalletSession } from './session.ts';

/**
 * The answer to `create`; `walletUrl` is where the QR's link leads.
 * @param bytes how long the address is at least, as one that holds its request by value; 0: there is none
 */
export function createdAnswer(dialect: Dialect, session: WalletSession, walletUrl: string, bytes = 1) {
	const requestUri = `${walletUrl}?request=${session.id}`;
	const padded = bytes > requestUri.length ? `${requestUri}&by-value=`.padEnd(bytes, 'x') : requestUri;
	const isEmpty = bytes === 0;
	const common = {
		sessionId: session.id,
		requestUri: isEmpty ? '' : padded,
		qrCodeDataUri: isEmpty || padded !== requestUri ? '' : qrDataUri(requestUri),
		statusUri: `/auth/oid4vp/sessions/${session.id}/status`,
		qrPageUri: requestUri
	};
	if (dialect === 'doc') return common;
	return {
		...common,
		status: session.status,
		correlationId: `corr-${session.id.slice(0, 8)}`,
		expiresAt: session.expiresAt
	};
}

/** The answer to `status`; in the field it carries personal data once the wallet has answered. */
export function statusAnswer(dialect: Dialect, session: WalletSession, status: string) {
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

/** The answer to `complete` at its end: all there is to know of the person. */
export function resolvedAnswer(session: WalletSession) {
	return {
		userId: session.person === undefined ? null : federatedSubject(session.person),
		claims: session.person === undefined ? {} : claimsOf(session.person),
		isNewUser: session.isNewUser,
		acr: 'https://refeds.org/profile/mfa',
		amr: ['wallet', 'hwk'],
		authenticatedAt: new Date().toISOString()
	};
}

function mappedClaims({ person }: WalletSession) {
	if (person === undefined) return {};
	const { given_name, family_name, birthdate, email, eduid } = claimsOf(person);
	// Attributes come as lists from some credential formats.
	return { given_name: [given_name], family_name, birthdate, email, eduid };
}

function qrDataUri(text: string): string {
	const svg = toSvgSource(generate(text), { on: '#000', off: '#fff', pad: 4 });
	return `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
}
