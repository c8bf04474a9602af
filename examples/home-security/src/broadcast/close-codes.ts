export const closeCodes = {
  idle: 1000,
  goingAway: 1001,
  unsupportedData: 1003,
  notAllowed: 1008,
  tooSlow: 1013,
} as const;
