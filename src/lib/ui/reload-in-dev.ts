/**
 * For development. Pages without hydration load no module that Vite could replace, so this module reloads them. Hydrated
 * pages have Kit's global, and replace changed modules themselves.
 */
const isHydrated = Object.keys(globalThis).some((name) => name.startsWith('__sveltekit'));
if (!isHydrated) import.meta.hot?.on('vite:beforeUpdate', () => location.reload());
