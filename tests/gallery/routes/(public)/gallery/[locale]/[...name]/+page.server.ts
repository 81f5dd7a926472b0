import { error } from '@sveltejs/kit';
import { stateOf } from '../../../../../states/index.ts';

interface Event {
	readonly params: { readonly name: string };
	readonly locals: App.Locals;
}

export function load({ params: { name }, locals: { requestId } }: Event) {
	const state = stateOf(name);
	if (!state) error(404, { message: 'The gallery has no such state.', requestId });
	if (state.page === 'error') {
		const { status, reason } = state;
		error(status, { message: 'As wanted.', requestId, ...(reason && { reason }) });
	}
	const { signInMethods } = state;
	return {
		...state.data,
		...(signInMethods && { signInMethods }),
		galleryPage: state.page,
		form: 'form' in state ? state.form : null
	};
}
