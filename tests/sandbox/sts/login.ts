import type Provider from 'oidc-provider';
import type { Interaction } from 'oidc-provider';
import * as v from 'valibot';
import { callerHeader } from '../bridge/routes.ts';
import type { Handoffs } from '../handoffs.ts';
import { redirect, sendHtml, type Exchange } from '../http/exchange.ts';
import { page } from '../http/html.ts';
import { institutions } from '../institutions.ts';
import { personById } from '../people.ts';
import type { Scenarios } from '../scenarios.ts';
import { type Account, type Accounts, MFA } from './accounts.ts';
import { requestedLevels, walletSessionOf } from './policy.ts';

const Resolved = v.object({
	userId: v.string(),
	claims: v.record(v.string(), v.unknown()),
	acr: v.string(),
	amr: v.array(v.string())
});

interface LoginOptions {
	provider: Provider;
	accounts: Accounts;
	handoffs: Handoffs;
	scenarios: Scenarios;
	bridgeUrl: string;
	institutionUrl: string;
}

/** Why a sign-in fails: the outcome, or an essential level that was not reached (unmet_authentication_requirements 1.0). */
function errorOf({ params }: Interaction, outcome: Account | string): string | undefined {
	if (typeof outcome === 'string') return outcome;
	const { levels, isEssential } = requestedLevels(params);
	return isEssential && !levels.includes(outcome.acr) ? 'unmet_authentication_requirements' : undefined;
}

/** Authenticates a person: through the Bridge, or by a redirect to their institution. */
export function createLogin({ provider, accounts, handoffs, scenarios, bridgeUrl, institutionUrl }: LoginOptions) {
	/**
	 * When the person last authenticated, in Unix seconds: in the past if they did so for another service
	 * (`signed-in-ago`).
	 */
	const authTime = () => Math.floor(Date.now() / 1000) - (scenarios.use('signed-in-ago')?.seconds ?? 0);

	const finish = async ({ request, response }: Exchange, interaction: Interaction, outcome: Account | string) => {
		const scripted = scenarios.use('login-error');
		const error = scripted?.error ?? errorOf(interaction, outcome);
		if (typeof outcome !== 'string') await leaveOtherSession(interaction, outcome);
		const result =
			typeof outcome === 'string' || error !== undefined
				? { error, error_description: scripted?.reason ?? 'the sign-in did not succeed' }
				: { login: { accountId: outcome.id, acr: outcome.acr, amr: outcome.amr, ts: authTime() } };
		await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
	};

	/**
	 * Another person, or the same one by other means, uses the browser. The provider would sign the first one out
	 * everywhere, with a page. Here the STS only drops the browser's earlier session.
	 */
	const leaveOtherSession = async (interaction: Interaction, account: Account) => {
		const { session } = interaction;
		if (session === undefined || session.accountId === account.id) return;
		await (await provider.Session.findByUid(session.uid))?.destroy();
		interaction.session = undefined;
		await interaction.persist();
	};

	const askBridge = async (sessionId: string): Promise<Account | string> => {
		const url = `${bridgeUrl}/auth/oid4vp/sessions/${encodeURIComponent(sessionId)}/complete`;
		try {
			const response = await fetch(url, { method: 'POST', redirect: 'manual', headers: { [callerHeader]: 'sts' } });
			const parsed = v.safeParse(Resolved, await response.json());
			if (response.status !== 200 || !parsed.success) return 'access_denied';
			const { userId, claims, acr, amr } = parsed.output;
			return accounts.fromWallet(userId, claims, acr, amr);
		} catch {
			return 'access_denied';
		}
	};

	const askInstitution = (exchange: Exchange, { uid, params }: Interaction) => {
		const wanted = institutions.find(({ id, enabled }) => enabled && id === params.provider);
		const reference = handoffs.open({
			purpose: 'login',
			institutionId: wanted?.id,
			needsSecondFactor: requestedLevels(params).levels.includes(MFA),
			subject: uid,
			returnTo: (reference) => `${provider.issuer}/interaction/${uid}/return?request=${reference}`
		});
		redirect(exchange, `${institutionUrl}/login?request=${reference}`);
	};

	const comeBack = async (exchange: Exchange, interaction: Interaction) => {
		const reference = exchange.url.searchParams.get('request') ?? '';
		const outcome = handoffs.redeem(reference, 'login', interaction.uid)?.outcome;
		if (outcome?.kind === 'person') {
			return finish(
				exchange,
				interaction,
				accounts.fromInstitution(personById(outcome.personId), outcome.hasSecondFactor)
			);
		}
		return finish(exchange, interaction, outcome?.kind === 'refused' ? 'access_denied' : 'server_error');
	};

	return async (exchange: Exchange): Promise<void> => {
		let interaction: Interaction;
		try {
			interaction = await provider.interactionDetails(exchange.request, exchange.response);
		} catch {
			sendHtml(exchange, 400, page('This sign-in is over', '<p>Go back to the portal and start again.</p>'));
			return;
		}
		const walletSession = walletSessionOf(interaction.params.login_hint);
		if (exchange.url.pathname.endsWith('/return')) await comeBack(exchange, interaction);
		else if (walletSession === undefined) askInstitution(exchange, interaction);
		else await finish(exchange, interaction, await askBridge(walletSession));
	};
}
