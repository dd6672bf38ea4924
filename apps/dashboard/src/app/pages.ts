/** The pages of the bar, in the order of the questions they answer; `key` follows `g`. */
export const pages = [
  { path: '/', name: 'Overview', key: 'o', icon: 'M3 12h4l2-6 4 12 2-6h6' },
  { path: '/agents', name: 'Agents', key: 'a', icon: 'M4 6h16M4 12h16M4 18h16' },
  {
    path: '/map',
    name: 'Map',
    key: 'm',
    icon: 'M5 8a2 2 0 1 0 0-4 2 2 0 0 0 0 4m14 6a2 2 0 1 0 0-4 2 2 0 0 0 0 4M5 20a2 2 0 1 0 0-4 2 2 0 0 0 0 4M7 7l10 4M7 17l10-4',
  },
  { path: '/pools', name: 'Pools', key: 'p', icon: 'M5 20V12M10 20V5M15 20v-9M20 20V8' },
  { path: '/incidents', name: 'Incidents', key: 'i', icon: 'M12 4 21 19H3zM12 10v4M12 16.500v.5' },
  { path: '/explore', name: 'Explore', key: 'e', icon: 'M4 18l5-6 4 3 7-9M15 6h5v5' },
  { path: '/system', name: 'System', key: 's', icon: 'M4 5h16v6H4zM4 14h16v6H4zM7.500 8h.01M7.500 17h.01' },
] as const;
