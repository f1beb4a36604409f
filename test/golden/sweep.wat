 (func $assembly/host/loop/sweep (result i32)
  (local $0 i64)
  (local $1 i32)
  (local $2 i32)
  (local $3 i32)
  (local $4 i32)
  (local $5 i32)
  (local $6 i64)
  (local $7 i64)
  (local $8 i64)
  global.get $assembly/host/queue/phase
  global.get $assembly/host/queue/cq
  global.get $assembly/host/queue/cqHead
  i32.const 4
  i32.shl
  i32.add
  i64.load offset=8
  local.tee $0
  i64.const 48
  i64.shr_u
  i32.wrap_i64
  i32.const 1
  i32.and
  i32.ne
  if
   i32.const 0
   return
  end
  call $assembly/host/clock/clock
  global.get $assembly/host/loop/block
  i64.load offset=8
  global.set $assembly/host/loop/now
  global.get $assembly/host/slots/depth
  local.set $2
  loop $do-loop|0
   block $do-break|0
    global.get $assembly/host/slots/slots
    global.get $assembly/host/slots/slotMask
    local.get $0
    i64.const 32
    i64.shr_u
    i32.wrap_i64
    i32.and
    i32.const 40
    i32.mul
    i32.add
    local.tee $3
    i64.load offset=8
    global.get $assembly/host/queue/phase
    i64.extend_i32_u
    i64.const 32
    i64.shl
    i64.or
    local.get $0
    i64.const 16
    i64.shr_u
    i64.ne
    if (result i32)
     i32.const 1
    else
     global.get $assembly/host/queue/sqEntries
     local.get $0
     i32.wrap_i64
     i32.const 65535
     i32.and
     i32.le_u
    end
    if
     i32.const 1
     global.set $assembly/host/loop/odd
     local.get $0
     global.set $assembly/host/loop/oddSecond
     br $do-break|0
    end
    i32.const 53
    i64.const 3600000000000
    global.get $assembly/host/loop/now
    local.get $3
    i64.load
    i64.sub
    local.tee $0
    local.get $0
    i64.const 3600000000000
    i64.ge_u
    select
    local.tee $0
    i64.const 2047
    i64.or
    i64.clz
    i32.wrap_i64
    i32.sub
    local.set $4
    global.get $assembly/host/loop/readHistogram
    global.get $assembly/host/loop/writeHistogram
    local.get $3
    i32.load offset=32
    i32.const 2
    i32.eq
    select
    local.tee $5
    i32.const -64
    i32.sub
    local.get $0
    local.get $4
    i64.extend_i32_s
    i64.shr_u
    i32.wrap_i64
    local.get $4
    i32.const 10
    i32.shl
    i32.add
    i32.const 3
    i32.shl
    i32.add
    local.tee $4
    local.get $4
    i64.load
    i64.const 1
    i64.add
    i64.store
    local.get $5
    local.get $5
    i64.load offset=16
    local.get $0
    i64.add
    i64.store offset=16
    local.get $0
    local.get $5
    i64.load
    i64.lt_u
    if
     local.get $5
     local.get $0
     i64.store
    end
    local.get $0
    local.get $5
    i64.load offset=8
    i64.gt_u
    if
     local.get $5
     local.get $0
     i64.store offset=8
    end
    global.get $assembly/host/loop/completed
    i64.const 1
    i64.add
    global.set $assembly/host/loop/completed
    global.get $assembly/host/queue/cqHead
    i32.const 1
    i32.add
    local.tee $4
    global.get $assembly/host/queue/cqEntries
    i32.eq
    local.set $5
    i32.const 0
    local.get $4
    local.get $5
    select
    global.set $assembly/host/queue/cqHead
    global.get $assembly/host/queue/phase
    local.get $5
    i32.xor
    global.set $assembly/host/queue/phase
    global.get $assembly/host/pattern/state
    i64.const 7046029254386353131
    i64.sub
    global.set $assembly/host/pattern/state
    local.get $3
    global.get $assembly/host/slots/generationStep
    local.get $3
    i32.load offset=8
    i32.const -65536
    i32.and
    i32.add
    local.tee $4
    global.get $assembly/host/queue/sqid
    i32.or
    i64.extend_i32_u
    i64.store offset=8
    global.get $assembly/host/queue/sq
    global.get $assembly/host/queue/sqTail
    i32.const 6
    i32.shl
    i32.add
    local.tee $5
    local.get $4
    i32.const 2
    i32.const 1
    global.get $assembly/host/pattern/readShare
    global.get $assembly/host/pattern/state
    local.tee $0
    i64.const 30
    i64.shr_u
    local.get $0
    i64.xor
    i64.const -4658895280553007687
    i64.mul
    local.tee $0
    i64.const 27
    i64.shr_u
    local.get $0
    i64.xor
    i64.const -7723592293110705685
    i64.mul
    local.tee $0
    i64.const 31
    i64.shr_u
    local.get $0
    i64.xor
    local.tee $0
    i32.wrap_i64
    i32.const 65535
    i32.and
    i32.gt_u
    select
    local.tee $4
    i32.or
    i32.store
    local.get $5
    local.get $3
    i64.load offset=16
    i64.store offset=24
    local.get $5
    local.get $3
    i64.load offset=24
    i64.store offset=32
    global.get $assembly/host/pattern/isRandom
    if
     local.get $0
     i64.const 32
     i64.shr_u
     local.tee $6
     global.get $assembly/host/pattern/blocks
     local.tee $7
     i64.const 4294967295
     i64.and
     local.tee $8
     i64.mul
     local.get $0
     i64.const 4294967295
     i64.and
     local.tee $0
     local.get $8
     i64.mul
     i64.const 32
     i64.shr_u
     i64.add
     local.set $8
     local.get $7
     i64.const 32
     i64.shr_u
     local.tee $7
     local.get $6
     i64.mul
     local.get $8
     i64.const 32
     i64.shr_u
     i64.add
     local.get $0
     local.get $7
     i64.mul
     local.get $8
     i64.const 4294967295
     i64.and
     i64.add
     i64.const 32
     i64.shr_u
     i64.add
     local.set $0
    else
     global.get $assembly/host/pattern/cursor
     local.tee $0
     i64.const 1
     i64.add
     local.tee $6
     i64.const 0
     local.get $6
     global.get $assembly/host/pattern/blocks
     i64.ne
     select
     global.set $assembly/host/pattern/cursor
    end
    local.get $5
    global.get $assembly/host/pattern/firstLba
    local.get $0
    global.get $assembly/host/pattern/lbasPerBlock
    i64.mul
    i64.add
    i64.store offset=40
    local.get $3
    global.get $assembly/host/loop/now
    i64.store
    local.get $3
    local.get $4
    i32.store offset=32
    global.get $assembly/host/queue/sqTail
    i32.const 1
    i32.add
    local.tee $3
    i32.const 0
    local.get $3
    global.get $assembly/host/queue/sqEntries
    i32.ne
    select
    global.set $assembly/host/queue/sqTail
    global.get $assembly/host/loop/submitted
    i64.const 1
    i64.add
    global.set $assembly/host/loop/submitted
    global.get $assembly/host/queue/cq
    global.get $assembly/host/queue/cqHead
    i32.const 4
    i32.shl
    i32.add
    i64.load offset=8
    local.set $0
    local.get $2
    local.get $1
    i32.const 1
    i32.add
    local.tee $1
    i32.gt_u
    if (result i32)
     global.get $assembly/host/queue/phase
     local.get $0
     i64.const 48
     i64.shr_u
     i32.wrap_i64
     i32.const 1
     i32.and
     i32.eq
    else
     i32.const 0
    end
    br_if $do-loop|0
   end
  end
  local.get $1
  if
   global.get $assembly/host/queue/cqHeadDoorbell
   global.get $assembly/host/queue/cqHead
   i32.store
   global.get $assembly/host/queue/cqHead
   global.set $assembly/host/queue/cqHeadFreed
   global.get $assembly/host/queue/sqTailDoorbell
   global.get $assembly/host/queue/sqTail
   i32.store
   global.get $assembly/host/queue/sqTail
   global.set $assembly/host/queue/sqTailRung
  end
  global.get $assembly/host/loop/sweepsFull
  i64.const 1
  i64.add
  global.set $assembly/host/loop/sweepsFull
  local.get $1
 )
