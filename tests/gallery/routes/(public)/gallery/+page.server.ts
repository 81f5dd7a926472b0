import { locales } from '../../../../../src/lib/i18n/locale';
import { addressOf, stateNames } from '../../../states/index.ts';

export function load() {
	return {
		lists: locales.map((locale) => ({ locale, states: stateNames.map((name) => [name, addressOf(name, locale)]) }))
	};
}
