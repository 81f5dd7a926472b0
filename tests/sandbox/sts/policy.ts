import * as v from 'valibot';
import { interactionPolicy, type Context } from 'oidc-provider';
import type { Accounts } from './accounts.ts';

const walletHint = /^oid4vp:(.+)$/;

/** The wallet session named by a `login_hint`, if it names one. */
export function walletSessionOf(loginHint: unknown): string | undefined {
	return typeof loginHint === 'string' ? walletHint.exec(loginHint)?.[1] : undefined;
}

const EssentialAcr = v.pipe(
	v.string(),
	v.parseJson(),
	v.object({
		id_token: v.object({ acr: v.object({ essential: v.literal(true), values: v.array(v.string()) }) })
	})
);

/** The levels that an authorization request names, and whether one of them is required. */
export function requestedLevels({ acr_values, claims }: Readonly<Record<string, unknown>>) {
	const essential = v.safeParse(EssentialAcr, claims);
	if (essential.success) return { levels: essential.output.id_token.acr.values, isEssential: true };
	return { levels: typeof acr_values === 'string' ? acr_values.split(' ') : [], isEssential: false };
}

/**
 * When a person has to sign in. Consent is never requested: the portal and the STS belong to the same organisation. An
 * existing sign-in does not replace one with a wallet or at another institution, nor does a wallet replace one at an
 * institution.
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
		new interactionPolicy.Check('level', 'another level was asked for', 'login_required', (ctx) => {
			const { levels } = requestedLevels(ctx.oidc.params);
			return fresh(ctx) && levels.length > 0 && !levels.includes(ctx.oidc.session.acr ?? '');
		})
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

/** The person has not just signed in for this request. */
function fresh(ctx: Context): boolean {
	return ctx.oidc.result?.login === undefined;
}
