import { error } from '@sveltejs/kit';
import type { LayoutData } from '../../../../../../../src/routes/$types';
import { stateOf } from '../../../../../states/index.ts';

interface Event {
	readonly params: { readonly name: string };
	readonly locals: App.Locals;
	readonly parent: () => Promise<LayoutData>;
}

export async function load({ params: { name }, locals: { requestId }, parent }: Event) {
	const state = stateOf(name);
	if (!state) error(404, { message: 'The gallery has no such state.', requestId });
	if (state.page === 'error') {
		const { status, reason } = state;
		error(status, { message: 'As wanted.', requestId, ...(reason && { reason }) });
	}
	const { signInMethods, walletHelpPage } = state;
	return {
		...state.data,
		...(signInMethods && { signInMethods }),
		...(walletHelpPage !== undefined && { brand: { ...(await parent()).brand, walletHelpPage } }),
		galleryPage: state.page,
		form: 'form' in state ? state.form : null
	};
}
