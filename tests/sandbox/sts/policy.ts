import { interactionPolicy, type Context } from 'oidc-provider';
import type { Accounts } from './accounts.ts';

const walletHint = /^oid4vp:(.+)$/;

/** The wallet session named by a `login_hint`, if it names one. */
export function walletSessionOf(loginHint: unknown): string | undefined {
	return typeof loginHint === 'string' ? walletHint.exec(loginHint)?.[1] : undefined;
}

/**
 * When to ask who someone is. Consent is never asked for: the portal and the STS are one organisation's.
 * A log-in that is remembered doesn't stand in for a wallet, nor for another institution, nor a wallet for one.
 */
export function createPolicy(accounts: Accounts): interactionPolicy.Policy {
	const policy = interactionPolicy.base();
	policy.remove('consent');
	const login = policy.get('login');
	login?.checks.add(
		new interactionPolicy.Check(
			'wallet_hint',
			'a wallet session was named',
			'login_required',
			(ctx) => fresh(ctx) && walletSessionOf(ctx.oidc.params.login_hint) !== undefined
		)
	);
	login?.checks.add(
		new interactionPolicy.Check('other_institution', 'the institution has to vouch', 'login_required', (ctx) => {
			const account = accounts.find(ctx.oidc.session.accountId ?? '');
			if (!fresh(ctx) || account === undefined) return false;
			const wanted = ctx.oidc.params.provider ?? account.claims.institution_id;
			return account.amr.includes('wallet') || account.claims.institution_id !== wanted;
		})
	);
	return policy;
}

/** The person hasn't just signed in for this very request. */
function fresh(ctx: Context): boolean {
	return ctx.oidc.result?.login === undefined;
}
