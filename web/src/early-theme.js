// Runs before the first paint. Kept to what that needs: see build/early-theme.ts.
try {
  var theme = localStorage.getItem('chatapp.theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch {
  // Storage may be forbidden; the system's theme is then the right one.
}
