/** Poll and epoll events. @source Linux include/uapi/asm-generic/poll.h, include/uapi/linux/eventpoll.h */
export const POLLIN: u32 = 0x1;
export const POLLPRI: u32 = 0x2;
export const POLLOUT: u32 = 0x4;
export const POLLERR: u32 = 0x8;
export const POLLHUP: u32 = 0x10;
export const POLLNVAL: u32 = 0x20;
export const POLLRDNORM: u32 = 0x40;
export const POLLRDBAND: u32 = 0x80;
export const POLLWRNORM: u32 = 0x100;
export const POLLWRBAND: u32 = 0x200;
export const POLLRDHUP: u32 = 0x2000;

/** What an always ready file answers. */
export const POLL_ALWAYS: u32 = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
export const POLL_READABLE: u32 = POLLIN | POLLRDNORM;
export const POLL_WRITABLE: u32 = POLLOUT | POLLWRNORM;

export const EPOLLEXCLUSIVE: u32 = 1 << 28;
export const EPOLLWAKEUP: u32 = 1 << 29;
export const EPOLLONESHOT: u32 = 1 << 30;
export const EPOLLET: u32 = 1 << 31;

export const EPOLL_CTL_ADD: i32 = 1;
export const EPOLL_CTL_DEL: i32 = 2;
export const EPOLL_CTL_MOD: i32 = 3;
/** struct epoll_event on arm64 is not packed: u32 events, 4 bytes of padding, u64 data. */
export const EPOLL_EVENT_BYTES: u32 = 16;
