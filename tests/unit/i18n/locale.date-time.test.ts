import { expect, test } from 'vitest';
import { formatDate, formatDateTime } from '$lib/i18n/locale';

test('a date and time is shown in Dutch time without a zone name, whatever the server’s time zone', () => {
	expect(formatDateTime('nl', '2026-07-01T12:05:00Z')).toBe('1 juli 2026 om 14:05');
	expect(formatDateTime('en', '2026-01-01T23:30:00.000Z')).toBe('2 January 2026 at 00:30');
});

test('a date of birth is not shifted to another day', () => {
	expect(formatDate('nl', '2003-04-12')).toBe('12 april 2003');
	expect(formatDate('en', '2003-04-12')).toBe('12 April 2003');
});

test('text that is not a date is shown unchanged', () => {
	expect(formatDate('en', '2003')).toBe('2003');
	expect(formatDate('en', '2003-13-45')).toBe('2003-13-45');
	expect(formatDateTime('nl', 'yesterday')).toBe('yesterday');
});
