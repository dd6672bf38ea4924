export { type AlertmanagerAlert, type AlertmanagerBody, alertmanagerBody } from './alertmanager-body.ts';
export type { Delivery, Receiver, ReceiverStats } from './receiver.ts';
export { createWebhookReceiver, type WebhookTools } from './webhook-receiver.ts';
