/**
 * For development: pages without hydration load no module that Vite could replace, so this one reloads them. Hydrated pages have
 * Kit's global, and replace what has changed.
 */
const isHydrated = Object.keys(globalThis).some((name) => name.startsWith('__sveltekit'));
if (!isHydrated) import.meta.hot?.on('vite:beforeUpdate', () => location.reload());
