export {
  type AlertmanagerAlert,
  type AlertmanagerBody,
  alertmanagerBody,
  annotationsOf,
  fingerprintOf,
  labelsOf,
} from './alertmanager-body.ts';
export { type AlertSink, createAlertmanagerSink } from './alertmanager-sink.ts';
export type { Delivery, Receiver, ReceiverStats } from './receiver.ts';
export { createWebhookReceiver, type WebhookConfig, type WebhookTools } from './webhook-receiver.ts';
