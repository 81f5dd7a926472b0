import { redirect, type RequestEvent } from '@sveltejs/kit';
import { beginLoginTransaction } from '$lib/server/auth/login-page';
import { config } from '$lib/server/config';
import { orErrorPage, readPageForm } from '$lib/server/http/endpoint';
import { permissionsPolicy } from '$lib/server/http/headers';
import { invalidField } from '$lib/server/http/problem';
import { formText, formUuid, readForm } from '$lib/server/http/body';
import { AFTER_SIGN_IN, returnPath } from '$lib/server/http/return-path';
import { currentSession, keepForDevice } from '$lib/server/wallet/owned-sessions';
import { renewCode, startCode, startFailure } from '$lib/server/wallet/create-session';
import { cancelWallet } from '$lib/server/wallet/cancel';
import {
	correctWalletDevice,
	rememberWalletDevice,
	walletDeviceNamed,
	walletDeviceOf
} from '$lib/server/wallet/wallet-device';
import { elsewhereView, walletNoticeOf, walletPagePath, walletStep } from '$lib/server/wallet/wallet-page';
import type { Actions, PageServerLoad } from './$types';

export const csr = true;

export const load: PageServerLoad = async (event) => {
	const { searchParams } = event.url;
	// A wallet on this device returns with it (OpenID4VP, section 8.2). It proves nothing: the cookie names the session.
	if (searchParams.has('response_code')) redirect(303, walletPagePath('return'));
	if (correctWalletDevice(event)) {
		await keepForDevice(event);
		redirect(303, '/login/wallet');
	}
	event.setHeaders({ 'permissions-policy': permissionsPolicy(['digital-credentials-get']) });
	// Read only once: at a second read, another session may have been scanned.
	const owned = await currentSession(event);
	const step = await walletStep(event, owned);
	if ('goTo' in step) redirect(303, step.goTo);
	beginLoginTransaction(event.cookies);
	const after = searchParams.get('after');
	// The sign-in has succeeded in another tab of this browser.
	if (!owned && (after === 'return' || after === 'check') && event.locals.session) redirect(303, AFTER_SIGN_IN);
	const wanted = owned?.returnTo ?? searchParams.get('returnTo');
	return {
		view: !owned && after === 'return' ? elsewhereView : step.view,
		notice: walletNoticeOf(after, step.view),
		...walletDeviceOf(event),
		returnTo: returnPath(wanted, config().origin)
	};
};

export const actions: Actions = {
	start: async (event) => {
		const { returnTo, replaced, idempotencyKey } = await orErrorPage(readStart(event), event.locals);
		try {
			if (replaced) await renewCode(event, replaced, returnTo);
			else await startCode(event, idempotencyKey, returnTo);
		} catch (error) {
			return startFailure(error, event.locals, returnTo);
		}
		redirect(303, replaced ? walletPagePath('renewal') : '/login/wallet');
	},

	device: async (event) => {
		const form = await readPageForm(event);
		const device = walletDeviceNamed(formText(form, 'device'));
		if (device === null) return orErrorPage(Promise.reject(invalidField('device')), event.locals);
		rememberWalletDevice(event.cookies, device);
		await keepForDevice(event);
		const returnTo = returnPath(formText(form, 'returnTo'), config().origin);
		redirect(303, `/login/wallet?${new URLSearchParams({ returnTo })}`);
	},

	cancel: async (event) => cancelWallet(event, await readPageForm(event))
};

async function readStart({ request }: RequestEvent) {
	const form = await readForm(request);
	return {
		returnTo: returnPath(formText(form, 'returnTo'), config().origin),
		replaced: formText(form, 'replaces'),
		idempotencyKey: formUuid(form, 'attempt')
	};
}
