import { randomBytes } from 'node:crypto';
import type { Handoffs } from '../handoffs.ts';
import type { Scenarios } from '../scenarios.ts';
import { BridgeError, type Dialect } from './errors.ts';
import type { Holders } from './holders.ts';
import { update, type WalletSession } from './session.ts';

export type IdvOutcome = 'confirmed' | 'refused' | 'failed';

interface ReconciliationOptions {
	dialect: Dialect;
	holders: Holders;
	scenarios: Scenarios;
	handoffs: Handoffs;
	stsUrl: string;
	institutionUrl: string;
	portalOrigins: readonly string[];
}

/** Linking by a visit to the institution: `idv/initiate`, and its outcome. */
export class Reconciliation {
	readonly #options: ReconciliationOptions;

	constructor(options: ReconciliationOptions) {
		this.#options = options;
	}

	/** @throws {BridgeError} if there is nothing to initiate, or the plan is to refuse */
	initiate(session: WalletSession, redirectUri: string | undefined) {
		const { dialect } = this.#options;
		const allowed = session.status === 'IDV_REQUIRED' || (dialect === 'doc' && session.status === 'VERIFIED');
		if (!allowed) throw new BridgeError('SESSION_NOT_IDV_REQUIRED', session.id);
		const planType = session.plan?.planType ?? 'USE_EXISTING_BINDING';

		switch (planType) {
			case 'FAIL_CLOSED':
				update(session, 'FAILED', 'fail_closed');
				throw new BridgeError('RECONCILIATION_FAILED', session.id);
			case 'SKIP_RECONCILIATION':
			case 'USE_EXISTING_BINDING':
				session.idvDone = true;
				update(session, 'VERIFIED');
				return this.#bodyOf(session, undefined);
			case 'RUN_IDV':
			case 'STEP_UP':
				return this.#bodyOf(session, this.#addressFor(session, redirectUri));
			default:
				return this.#bodyOf(session, undefined);
		}
	}

	/**
	 * Applies the institution's outcome. A refusal ends the session: there is only one round.
	 * The scenario `idv-result` changes the session without an error.
	 * @throws {BridgeError} if verification was not successful
	 */
	finish(session: WalletSession, outcome: IdvOutcome): void {
		const { scenarios, holders } = this.#options;
		if (outcome !== 'confirmed') this.#fail(session, outcome === 'refused' ? 'idv_refused' : 'idv_failed');
		const result = scenarios.use('idv-result');
		if (result !== undefined) return update(session, result.status as WalletSession['status'], result.error);
		if (scenarios.use('already-linked')) this.#fail(session, 'already_linked');
		if (scenarios.use('assurance-too-low')) this.#fail(session, 'assurance_too_low');
		if (session.person !== undefined && session.holder !== undefined) holders.link(session.holder, session.person);
		session.idvDone = true;
		session.isNewUser = true;
		update(session, this.#options.dialect === 'doc' ? 'VERIFIED' : 'COMPLETED');
	}

	#fail(session: WalletSession, errorCode: string): never {
		update(session, 'FAILED', errorCode);
		throw new BridgeError('RECONCILIATION_FAILED', session.id);
	}

	#addressFor(session: WalletSession, redirectUri: string | undefined): string {
		const { dialect, portalOrigins, stsUrl, institutionUrl, handoffs, scenarios } = this.#options;
		const wanted = redirectUri === undefined ? undefined : new URL(redirectUri);
		const returnOrigin = portalOrigins.find((origin) => origin === wanted?.origin) ?? portalOrigins[0] ?? '';
		const reconciliation = {
			id: randomBytes(16).toString('hex'),
			state: randomBytes(16).toString('base64url'),
			returnOrigin
		};
		session.reconciliation = reconciliation;
		update(session, session.status);

		const institutionId = session.person?.institutionId;
		if (dialect === 'field') {
			const address = new URL(`${stsUrl}/reconciliation/authorize`);
			address.searchParams.set('reconciliation', reconciliation.id);
			if (institutionId !== undefined) address.searchParams.set('provider', institutionId);
			return address.href;
		}
		const reference = handoffs.open({
			purpose: 'idv',
			institutionId,
			subject: reconciliation.id,
			returnTo: (code, { kind }) => {
				const address = wanted ?? new URL(`${returnOrigin}/login?wallet_session=${session.id}&idv=complete`);
				if (kind === 'confirmed') address.searchParams.set('code', code);
				else address.searchParams.set('error', kind === 'refused' ? 'access_denied' : 'server_error');
				address.searchParams.set('state', scenarios.use('idv-wrong-state') ? 'not-the-state' : reconciliation.state);
				return address.href;
			}
		});
		return `${institutionUrl}/idv?request=${reference}`;
	}

	#bodyOf(session: WalletSession, address: string | undefined) {
		if (this.#options.dialect === 'doc') {
			return {
				reconciliationSessionId: session.reconciliation?.id ?? session.id,
				providerId: session.person?.institutionId ?? null,
				...(address !== undefined && { authorizationUrl: address })
			};
		}
		return {
			sessionId: session.id,
			...(session.plan !== undefined && {
				planType: session.plan.planType,
				idvRequirementReason: session.plan.reason
			}),
			...(address !== undefined && { redirectUrl: address })
		};
	}
}
